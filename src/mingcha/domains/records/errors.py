"""What the data centre can refuse, in words."""

from mingcha.base.errors import MingchaError


class UnknownTable(MingchaError):
    """No table of the standard has this key."""

    code = "records/unknown-table"
    status = 422
    message = "数据标准中没有名为“{table}”的数据表。"
    remedy = "请在数据字典中查找正确的表名，或不填表名、由系统按表头识别。"


class UnknownProvider(MingchaError):
    """No organisation has this code, or the actor may not hand in for it."""

    code = "records/unknown-provider"
    status = 404
    message = "没有标识为“{provider}”的报送单位，或者您不能代它报送。"
    remedy = "请核对机构标识；代其他单位报送须由该单位的上级授权。"


class FileTooLarge(MingchaError):
    """The file is over the limit for one file."""

    code = "records/file-too-large"
    status = 413
    message = "文件 {name} 有 {size_mb} MB，超过单个文件 {limit_mb} MB 的上限。"
    remedy = "请按月份或地区拆分成多个文件后分别报送。"


class QuotaExceeded(MingchaError):
    """The provider's files would exceed its quota."""

    code = "records/quota-exceeded"
    status = 413
    message = "{provider}的原始文件已占用 {used_gb} GB，再加上本文件将超过 {limit_gb} GB 的配额。"
    remedy = "请联系数据局调整配额。"


class DiskFull(MingchaError):
    """The machine has no room to keep the file."""

    code = "records/disk-full"
    status = 507
    message = "服务器剩余空间不足，暂时不能接收文件 {name}。"
    remedy = "文件未被保存。请稍后重试，并通知运维人员清理磁盘。"


class NotCancellable(MingchaError):
    """The batch has already ended."""

    code = "records/not-cancellable"
    status = 409
    message = "批次 {batch} 已经结束（{state}），不能取消。"
    remedy = "如需撤销已入库的数据，请报送带撤回标识（cd_operation=d）的文件。"


class NotResumable(MingchaError):
    """Only a cancelled or failed batch can go on."""

    code = "records/not-resumable"
    status = 409
    message = "批次 {batch} 的状态是“{state}”，没有可以继续的部分。"
    remedy = "只有已取消或未完成的批次可以继续。"


class BadMapping(MingchaError):
    """A mapping does not fit its table or the file's columns."""

    code = "records/bad-mapping"
    status = 422
    message = "字段映射有误：{problems}"
    remedy = "请按提示修改映射后重新保存。"


class NothingRefused(MingchaError):
    """The batch has no refused rows to return."""

    code = "records/nothing-refused"
    status = 404
    message = "批次 {batch} 没有退回的行。"
    remedy = "无需下载退回文件。"


class ColumnsMissing(MingchaError):
    """The file lacks columns without which every row would come back."""

    code = "records/columns-missing"
    status = 422
    message = "文件识别为“{table}”，但缺少必填的列：{missing}。"
    remedy = "请补上这些列后重报；如果文件里有同样内容、只是列名不同，请在“字段对应”中指明。"


class NoRows(MingchaError):
    """A header, and nothing under it."""

    code = "records/no-rows"
    status = 422
    message = "文件 {name} 只有列标题，没有一行数据。"
    remedy = "请确认导出时选对了时间段和范围；当期没有数据的，不必报送。"


class GroundsMissing(MingchaError):
    """A sensitive value is shown for a named case and a stated reason only."""

    code = "records/grounds-missing"
    status = 422
    message = "查看敏感信息须写明案件编号和理由。"
    remedy = "请补全后重新提交；所写内容随本次查看一并留痕。"


class ConditionUnfit(MingchaError):
    """A table cannot be limited by what it does not have."""

    code = "records/condition-unfit"
    status = 422
    message = "数据表“{table}”没有{what}，不能按它筛选导出。"
    remedy = "请去掉这个条件后重新申请；导出的文件可用报送单位、日期等条件缩小范围。"


class ExportEnded(MingchaError):
    """The export is over and cannot be stopped."""

    code = "records/export-ended"
    status = 409
    message = "导出 {export} 已经结束（{state}），不能取消。"
    remedy = "如文件已生成，到期后会自动删除。"


class ExportNotReady(MingchaError):
    """The export has no file."""

    code = "records/export-not-ready"
    status = 409
    message = "导出 {export} 没有可下载的文件（{state}）。"
    remedy = "请在进度页面等待完成；已取消或未完成的，请重新申请导出。"


class ExportGone(MingchaError):
    """The file's time is over."""

    code = "records/export-gone"
    status = 410
    message = "导出 {export} 的文件已过保留期，已被删除。"
    remedy = "请重新申请导出；新文件按您现在的权限生成。"


class ExportClosed(MingchaError):
    """The file holds rows that have been closed to the asker since it was made."""

    code = "records/export-closed"
    status = 409
    message = "导出 {export} 中有 {count} 个单位（{providers}等）的记录已不再向您开放。"
    remedy = (
        "共享同意撤回或到期，或者您的授权有变动。请重新申请导出；新文件只含您现在有权查看的记录。"
    )


class TooManyRowsForSheet(MingchaError):
    """A spreadsheet cannot hold the rows."""

    code = "records/too-many-rows-for-sheet"
    status = 422
    message = "符合条件的记录有 {rows} 条，超过一张电子表格的上限 {limit} 条。"
    remedy = "请改用 CSV 或 Parquet 格式，或者按单位、地区、日期缩小范围后分次导出。"


class LakeBusy(MingchaError):
    """Another process works on the lake's files."""

    code = "records/lake-busy"
    status = 409
    message = "另一个进程正在整理数据湖。"
    remedy = "请几分钟后重试。"


class NoHeadersRead(MingchaError):
    """The file could not be read as far as its header row, so there is nothing to map."""

    code = "records/no-headers-read"
    status = 422
    message = "文件 {file} 没有读出表头，还不能设置字段对应。"
    remedy = "请按批次页上说明的原因修正文件后重新报送；文件仍在处理时，请稍后再试。"


class NotShareable(MingchaError):
    """No consent opens a table of this share level."""

    code = "records/not-shareable"
    status = 422
    message = "“{table}”是{level}级数据，不靠共享同意开放。"
    remedy = "公开级的表本来就对监管人员开放；内部和敏感的内容只对报送单位及其上级开放，确需使用的以公函商请。"


class BadConsent(MingchaError):
    """Days, basis or purpose of a consent are not in order."""

    code = "records/bad-consent"
    status = 422
    message = "共享同意的内容有误：{rule}。"
    remedy = "请改正后重新提交。"


class ConsentStands(MingchaError):
    """For some of these days there is a consent for the same recipient already."""

    code = "records/consent-stands"
    status = 409
    message = "{provider}的“{table}”对同一对象已有共享同意（{since} 起，至{until}），日期重叠。"
    remedy = "请打开同意 {consent} 查看；要改期限或依据，先撤回它，再登记新的同意。"


class ConsentOver(MingchaError):
    """The consent has run out or was withdrawn before."""

    code = "records/consent-over"
    status = 409
    message = "共享同意 {consent} 已经结束，不能再撤回。"
    remedy = "无需办理；其他单位已看不到据此共享的记录。"


class QuestionSettled(MingchaError):
    """The question was decided, or changed, after the page was drawn."""

    code = "records/question-settled"
    status = 409
    message = "这条存疑关联已经处理过，或者情况有变：{what}。"
    remedy = "您的决定没有生效。请按现在的情况重新判断，或处理下一条。"


class NotACandidate(MingchaError):
    """The party named is not among those the question is about."""

    code = "records/not-a-candidate"
    status = 422
    message = "所选的监管对象不在这条存疑关联的候选之中。"
    remedy = "请在页面列出的候选中选择；要归入其他对象，请在档案页使用“拆分”。"


class OtherProviders(MingchaError):
    """The decision would move records of providers beyond the actor's reach."""

    code = "records/other-providers"
    status = 403
    message = "这项决定涉及{units}报送的记录，超出您“关联监管对象”权限的范围。"
    remedy = "请由这些单位的共同上级（一般为数据局）的关联员决定，或向报送单位询问。"


class GoneInto(MingchaError):
    """The party has gone into another."""

    code = "records/gone-into"
    status = 409
    message = "“{name}”已并入“{into}”。"
    remedy = "请对“{into}”操作；如当初的合并有误，请先撤销那次合并。"


class SameParty(MingchaError):
    """The two parties are one."""

    code = "records/same-party"
    status = 422
    message = "两个对象是同一个，不能{deed}。"
    remedy = "请另选一个对象。"


class CodesContradict(MingchaError):
    """Two registered parties with different valid codes are two entities until shown otherwise."""

    code = "records/codes-contradict"
    status = 409
    message = "“{one}”与“{other}”各有有效的统一社会信用代码，法律上是两个主体。"
    remedy = "如是吸收合并、分立等，请登记主体关系，不要合并档案；确属一个主体换发代码的，勾选确认后再合并。"


class KindsDiffer(MingchaError):
    """A registered person and a registered enterprise cannot be one."""

    code = "records/kinds-differ"
    status = 422
    message = "“{one}”与“{other}”的对象类型不同，不能合并。"
    remedy = "请核对是否选错了对象；经营者与其个体工商户是两个对象。"


class NothingToSplit(MingchaError):
    """No record was chosen, or what was chosen is not the party's."""

    code = "records/nothing-to-split"
    status = 422
    message = "没有选择要拆出的记录，或者所选记录已不属于这个对象。"
    remedy = "请在列表中勾选要拆出的记录主体或记录。"


class NothingLeft(MingchaError):
    """Everything would go: that is no split."""

    code = "records/nothing-left"
    status = 422
    message = "所选的是这个对象的全部记录，拆出后什么也不剩。"
    remedy = "请至少留下一个记录主体；如要整个归入另一对象，请用“合并”。"


class DecisionReasonMissing(MingchaError):
    """A decision about parties needs a reason."""

    code = "records/decision-reason-missing"
    status = 422
    message = "{deed}须写明理由。"
    remedy = "请写明依据，例如核实的材料、答复的单位或登记机关的说明。"


class UndoneAlready(MingchaError):
    """The decision no longer stands, or is itself an undo."""

    code = "records/undone-already"
    status = 409
    message = "第 {number} 号决定已被撤销，或者本身就是撤销，不能再撤销。"
    remedy = "需要恢复时，请重新作出同样的决定。"


class AskedAlready(MingchaError):
    """The provider has been asked and has not answered yet."""

    code = "records/asked-already"
    status = 409
    message = "已经向报送单位询问过这条记录（{number}），正在等待答复。"
    remedy = "可以催办，或撤回询问后自行认定。"


class SettlementRefused(MingchaError):
    """The record does not say anything of the attribute, or no more."""

    code = "records/settlement-refused"
    status = 409
    message = "所选记录现在没有写明“{label}”，不能以它为准。"
    remedy = "来源可能刚刚更正或撤回了记录；请按现在的情况重新选择。"


class LabelRefused(MingchaError):
    """The label contradicts itself."""

    code = "records/label-refused"
    status = 422
    message = "这样标注自相矛盾：{why}。"
    remedy = "请重新选择。"


class DraftMoved(MingchaError):
    """The draft was saved in another window since this one was opened."""

    code = "records/draft-moved"
    status = 409
    message = "这份草稿在另一个窗口里改过，本窗口的内容没有覆盖它。"
    remedy = "请重新打开草稿，在最新的内容上继续填写。"


class DraftLanded(MingchaError):
    """The draft has been handed in meanwhile, and is no draft any more."""

    code = "records/draft-landed"
    status = 409
    message = "这份草稿已经提交，记录“{key}”就是它。"
    remedy = "要改已入库的内容，请打开那条记录选“更正”；要再录一条，请从“在线录入”开始。"


class RecordMoved(MingchaError):
    """The record has a newer version than the one that is being corrected."""

    code = "records/record-moved"
    status = 409
    message = "记录“{key}”在您填写期间已经有了第 {version} 版。"
    remedy = "请重新打开这条记录，在最新一版上更正。"


class RecordWithdrawn(MingchaError):
    """The record has been withdrawn, so there is nothing to correct or to withdraw."""

    code = "records/record-withdrawn"
    status = 409
    message = "记录“{key}”已经撤回，不能再更正或撤回。"
    remedy = "撤回有误的，请用同一编号重新录入；原来各版的内容和撤回理由都保留着。"


class KeyChanged(MingchaError):
    """A correction may not turn one record into another."""

    code = "records/key-changed"
    status = 422
    message = "更正不能改变{label}：原为“{before}”，现为“{after}”。"
    remedy = "编号本身填错的，请撤回这条记录，再用正确的编号新录一条。"


class ReasonMissing(MingchaError):
    """Correction and withdrawal need a reason."""

    code = "records/reason-missing"
    status = 422
    message = "更正或撤回必须写明理由。"
    remedy = "请用一句话说明哪里有误、依据什么改正；理由随记录一起留痕。"


class NotByHand(MingchaError):
    """The table has no key by which one record could be named."""

    code = "records/not-by-hand"
    status = 422
    message = "“{table}”没有能指明单独一条记录的业务主键，不能逐条更正或撤回。"
    remedy = "请用原文件加上 cd_operation 列报送更正或撤回。"


class BadPattern(MingchaError):
    """A text is no pattern for record numbers."""

    code = "records/bad-pattern"
    status = 422
    message = "编号规则“{pattern}”{problem}。"
    remedy = (
        "例如：JC{{年}}{{序号5}} 得到 JC202600001；沪检〔{{年}}〕{{序号}}号 得到 沪检〔2026〕1号。"
    )


class NotAccepted(MingchaError):
    """One record was not taken in; `failures` says why, field by field."""

    code = "records/not-accepted"
    status = 422
    message = "记录没有入库：{reasons}"
    remedy = "请按各字段的原因改正后重新提交；只有提示的，可以带 accept=true 和说明再次提交。"


class RecordTaken(MingchaError):
    """The key names a record that is there."""

    code = "records/record-taken"
    status = 409
    message = "业务主键“{key}”的记录已经入库。"
    remedy = "要更正它，请带 reason（更正理由）提交；是另一条记录的，请换一个编号。"
