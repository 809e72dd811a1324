"""What a draw refuses, in words."""

from mingcha.base.errors import MingchaError


class BadField(MingchaError):
    """A field cannot stand in a line as the protocol wants it."""

    code = "inspections/bad-field"
    message = "{where}的“{field}”填写为“{value}”，{problem}。"
    remedy = "请更正这一项后重新冻结；名单尚未冻结，没有产生任何结果。"


class BadLine(MingchaError):
    """A line of a committed file is not as the protocol writes it."""

    code = "inspections/bad-line"
    message = "{file} 第 {number} 行不符合抽取规约：{problem}。"
    remedy = "请取得原始文件后重新核验；不要用编辑软件打开后另存。"


class NamedTwice(MingchaError):
    """A key occurs twice where it may occur once."""

    code = "inspections/named-twice"
    status = 409
    message = "{what}“{key}”出现了不止一次：{places}。"
    remedy = "请只保留一处后重新冻结；同一对象只能属于一个分层，要么参加抽取，要么排除。"


class StratumMismatch(MingchaError):
    """A stratum's line does not agree with the frame."""

    code = "inspections/stratum-mismatch"
    message = "分层“{stratum}”写明 {stated} 户，名单中实有 {counted} 户。"
    remedy = "请重新生成分层和名单后再冻结。"


class StratumTooSmall(MingchaError):
    """More are asked for than the stratum holds, or none."""

    code = "inspections/stratum-too-small"
    message = "分层“{stratum}”共 {size} 户，不能抽取 {wanted} 户并备 {reserves} 户。"
    remedy = "请把抽取数定在 1 至 {size} 户之间，备选数与抽取数之和不超过 {size} 户；或扩大抽查范围后重新冻结。"


class NothingToDraw(MingchaError):
    """A draw without a stratum, or without anybody in it."""

    code = "inspections/nothing-to-draw"
    message = "抽查范围内没有任何对象，无法冻结。"
    remedy = "请检查抽查范围和排除条件。"


class UnknownName(MingchaError):
    """A line refers to a stratum or an officer that no other line declares."""

    code = "inspections/unknown-name"
    message = "{where}提到的{what}“{key}”没有登记。"
    remedy = "请先补上这一{what}，或从{where}中删去后重新冻结。"


class LevelNotAllowed(MingchaError):
    """Internal scores would become public."""

    code = "inspections/level-not-allowed"
    message = "本次抽取按内部评分加权，不能选择“全部公开”。"
    remedy = "请选择“代号公开”或“延后公开”；当事人和监督机关仍可查验。"


class CommitmentIncomplete(MingchaError):
    """A commitment would not bind the draw."""

    code = "inspections/commitment-incomplete"
    message = "抽取承诺还不能发布：{problem}。"
    remedy = "请补充后重新生成承诺。"


class BadCommitment(MingchaError):
    """A text is not a commitment as the protocol writes it."""

    code = "inspections/bad-commitment"
    message = "承诺文件第 {number} 行应为“{expected}”，实为“{found}”。"
    remedy = "请取得已公布的原始承诺文件；它的每个字节都在摘要之内。"


class SeedNotReady(MingchaError):
    """A source or a nonce is not known yet, or may not be."""

    code = "inspections/seed-not-ready"
    status = 409
    message = "随机种子还不能形成：{problem}。"
    remedy = "请等来源产生结果并由两人录入后再抽取；种子不能手工填写。"


class BadSeedValue(MingchaError):
    """A value is not of the kind that the source gives."""

    code = "inspections/bad-seed-value"
    message = "来源“{source}”的取值“{value}”不符合承诺中写明的样式“{pattern}”。"
    remedy = "请对照来源的公告逐位核对后重新录入。"


class NonceMismatch(MingchaError):
    """A revealed nonce is not the one that was committed."""

    code = "inspections/nonce-mismatch"
    message = "“{party}”公开的随机数与其事先承诺的摘要不一致。"
    remedy = "请由该方重新提交原随机数；到期仍不能提交的，按未公开处理并予公示。"


class NoRemedyLeft(MingchaError):
    """A round would change more than a vacant place."""

    code = "inspections/not-vacant"
    status = 409
    message = "第 {round} 轮补位涉及的执法人员“{officer}”不在“{key}”的检查组中。"
    remedy = "请核对已公布的名单；补位只填空缺，不改动其他检查组。"


class TooFewResults(MingchaError):
    """An estimate without anything to rest on."""

    code = "inspections/too-few-results"
    message = "可用于推算的检查结果只有 {found} 户，无法给出区间。"
    remedy = "请等更多结果形成，或放宽所选的行业、地区范围。"


class ItemNotInForce(MingchaError):
    """A random item would rest on nothing that is published and in force."""

    code = "inspections/item-not-in-force"
    message = "监管事项“{code}”在 {on} 没有在用的已发布版本，不能列入抽查。"
    remedy = "请选择已发布并在用的监管事项；未公布的事项不得实施检查（国办发〔2024〕54号）。"


class VersionOverlaps(MingchaError):
    """Two published versions would hold on one day."""

    code = "inspections/version-overlaps"
    status = 409
    message = "“{name}”自 {since} 起已有已公布的版本。"
    remedy = "请把新版本的生效日期定在 {since} 之后。"


class PublishedAlready(MingchaError):
    """What is published does not change; a new version does."""

    code = "inspections/published-already"
    status = 409
    message = "“{name}”已于 {on} 公布，不能再改。"
    remedy = "请编制新的版本。"


class BadCriteria(MingchaError):
    """A selection cannot be read."""

    code = "inspections/bad-criteria"
    message = "选取条件中的“{field}”填写为“{value}”，{problem}。"
    remedy = "请更正这一项后重新保存。"


class WrongRegister(MingchaError):
    """A register of the wrong kind, closed, or of somebody else."""

    code = "inspections/wrong-register"
    message = "“{name}”不能用作本任务的{role}：{problem}。"
    remedy = "请选择本单位或上级单位正在使用的{role}。"


class PlanIncomplete(MingchaError):
    """A plan that cannot be filed or published."""

    code = "inspections/plan-incomplete"
    message = "抽查计划“{title}”还不能{deed}：{problem}。"
    remedy = "请先处理所说的情况，再{deed}。"


class NobodyAbove(MingchaError):
    """There is nobody with whom a plan could be filed."""

    code = "inspections/nobody-above"
    message = "“{body}”的上级机构中没有人持有“备案抽查计划”权限。"
    remedy = "请由上一级主管部门的管理员授权备案人员；本级人民政府没有上级的，由其指定的部门备案。"


class TaskFrozen(MingchaError):
    """A task may be changed only before its frame is frozen."""

    code = "inspections/task-frozen"
    status = 409
    message = "抽查任务“{name}”当前为“{state}”，名单、分层、人员和来源都不能再改。"
    remedy = "确需更改的，请写明理由取消本次抽取，更改后重新冻结；取消会一直公开。"


class NameTaken(MingchaError):
    """Two registers of a body and a kind have one name."""

    code = "inspections/name-taken"
    status = 409
    message = "本单位已有名为“{name}”的{what}。"
    remedy = "请换一个名称；要改选取条件的，在原来的名录库中保存新的一版。"


class TaskIncomplete(MingchaError):
    """A task that cannot be frozen or issued."""

    code = "inspections/task-incomplete"
    message = "抽查任务“{name}”还不能{deed}：{problem}。"
    remedy = "请补充后再{deed}。"


class StratumOverlaps(MingchaError):
    """An entity would stand in two strata."""

    code = "inspections/stratum-overlaps"
    status = 409
    message = "有 {count} 户同时符合分层“{one}”和“{other}”，例如“{example}”。"
    remedy = "请修改分层条件，使每户只属于一个分层；页面列出了重叠的各户。"


class NoOfficersThere(MingchaError):
    """Nobody may make any of the visits of a department in an area."""

    code = "inspections/no-officers-there"
    message = "“{body}”在{area}没有可派的{skill}执法人员（需 {wanted} 人，现有 {found} 人），名单不能冻结。"
    remedy = (
        "请核对人员名录库、执法区域和证件有效期，增加人员，或在任务中写明接受空缺并由后续轮次补位。"
    )


class NotWithoutDraw(MingchaError):
    """A random task was to be issued without a draw, or another to be drawn."""

    code = "inspections/not-without-draw"
    status = 409
    message = "“{name}”的检查方式是“{mode}”，{problem}。"
    remedy = "随机抽查须先冻结名单再抽取；专项检查、日常巡查、有因检查和全覆盖不抽取，直接下达。"


class DrawnAlready(MingchaError):
    """A draw is held once."""

    code = "inspections/drawn-already"
    status = 409
    message = "抽取“{draw_id}”已于 {at} 完成，不能再抽。"
    remedy = "请打开抽取页面查看结果；每个抽取编号只抽一次。"


class DrawCancelled(MingchaError):
    """A draw that was cancelled is not held."""

    code = "inspections/draw-cancelled"
    status = 409
    message = "抽取“{draw_id}”已于 {at} 取消：{because}。"
    remedy = "请在任务页面更改后重新冻结，使用新的抽取编号。"


class TooEarly(MingchaError):
    """A value of a source before it can exist, or a draw before nonces are due."""

    code = "inspections/too-early"
    status = 409
    message = "{what}最早在 {at} 产生，现在还不能录入。"
    remedy = "请在该时间之后对照来源的公告录入；提前录入的值不可能来自承诺的来源。"


class TooLate(MingchaError):
    """A nonce after the moment by which it had to be revealed."""

    code = "inspections/too-late"
    status = 409
    message = "“{party}”的随机数应在 {at} 之前公开，现在已不能计入种子。"
    remedy = "未按时公开的，抽取页面按未公开处理并予公示。"


class NotTheSamePerson(MingchaError):
    """The person who entered a value may not confirm it."""

    code = "inspections/not-the-same-person"
    status = 409
    message = "来源“{source}”的取值由您录入，须由另一人对照来源核对。"
    remedy = "请由持有“主持随机抽取”权限的另一人核对。"


class ValueConfirmed(MingchaError):
    """A confirmed value does not change."""

    code = "inspections/value-confirmed"
    status = 409
    message = "来源“{source}”的取值已由两人录入并核对，不能再改。"
    remedy = "取值如与公告不符，请写明理由取消本次抽取；取消会一直公开。"


class FrozenFilesAltered(MingchaError):
    """The kept frame is not the one that was committed."""

    code = "inspections/frozen-files-altered"
    status = 500
    message = "抽取“{draw_id}”冻结的文件 {file} 与承诺不符，抽取已停止。"
    remedy = "请通知审计管理员；冻结文件在承诺公布之后被改动，须查明原因，不能重新生成后继续。"


class NoReserveLeft(MingchaError):
    """All reserves of a stratum have been used."""

    code = "inspections/no-reserve-left"
    status = 409
    message = "分层“{stratum}”的备选对象已全部递补，没有可用的备选。"
    remedy = "请如实记录该对象不在抽查范围内；不能另行选取对象。"


class NotToBeReplaced(MingchaError):
    """What was not drawn, was replaced, or has been inspected, is not replaced."""

    code = "inspections/not-to-be-replaced"
    status = 409
    message = "“{name}”不能用备选替换：{problem}。"
    remedy = "只有抽中后查明已注销、迁出或不从事有关经营活动的对象可以替换；无法联系、不予配合的是检查结果。"


class NothingVacant(MingchaError):
    """A round needs a vacant place and a recorded change."""

    code = "inspections/nothing-vacant"
    status = 409
    message = "抽取“{draw_id}”没有空缺的席位，不需要补位。"
    remedy = "有人回避或离岗后会出现空缺，届时再补位。"


class NotInTheTeam(MingchaError):
    """Somebody who is not in a team cannot confirm, avoid or inspect for it."""

    code = "inspections/not-in-the-team"
    status = 403
    message = "您不在“{number}”的检查组中，不能{deed}。"
    remedy = "请由检查组中的执法人员办理；账号与执法证没有对应的，请部门管理员登记持证账号。"


class CannotMerge(MingchaError):
    """Two visits cannot be made at once."""

    code = "inspections/cannot-merge"
    status = 409
    message = "这两次入企检查不能合并：{problem}。"
    remedy = "只能合并对同一对象、检查期间有重叠、尚未开始的检查。"


class TooFewPresent(MingchaError):
    """An inspection by fewer than two officers who hold a certificate and have confirmed."""

    code = "inspections/too-few-present"
    status = 409
    message = "到场并已确认的执法人员只有 {found} 名，不能{deed}。"
    remedy = (
        "执法人员不得少于两人（行政处罚法第四十二条）。请等其他成员确认到场；有人回避的，先补位。"
    )


class MayNotInspect(MingchaError):
    """An officer of the team may not inspect today."""

    code = "inspections/may-not-inspect"
    status = 409
    message = "“{name}”今天不能实施检查：{why}。"
    remedy = "请由该人员声明离开检查组并补位，或核对执法人员名册后再开始检查。"


class OutsideItsDays(MingchaError):
    """A visit before its first day, or planned outside its days."""

    code = "inspections/outside-its-days"
    status = 409
    message = "本任务的检查期间是 {first} 至 {last}，{deed}。"
    remedy = "请在检查期间内安排；确需更改期间的，由发起单位另行下达任务。"


class NoticeTooEarly(MingchaError):
    """A notice before the day from which it may be shown."""

    code = "inspections/notice-too-early"
    status = 409
    message = "检查通知书自 {on} 起才可以出示；提前打印会泄露检查安排。"
    remedy = "请在该日之后打印或亮码；检查日期有变的，请先在部门检查页面重新安排。"


class CodeNotShownYet(MingchaError):
    """A check code before the day from which it may be shown; says nothing of that day."""

    code = "inspections/code-not-shown-yet"
    status = 409
    message = "这个检查码还没有到可以出示的日期，暂时不能查看。"
    remedy = "如有人现在持此码要求检查，您有权拒绝，并可向其所在单位或当地司法行政部门核实。"


class RatedAlready(MingchaError):
    """A visit is rated once."""

    code = "inspections/rated-already"
    status = 409
    message = "这次入企检查已于 {at} 评价过。"
    remedy = "每次检查评价一次；另有情况要反映的，请联系检查单位的上级机关。"


class NothingToRate(MingchaError):
    """A rating before anybody came."""

    code = "inspections/nothing-to-rate"
    status = 409
    message = "检查还没有开始，不能评价。"
    remedy = "请在检查开始之后扫同一个检查码评价。"


class NoSuchLine(MingchaError):
    """A line that is not on the form of this part."""

    code = "inspections/no-such-line"
    message = "本次检查的表单上没有第 {item} 项第 {number} 条。"
    remedy = "请刷新页面，按现在的表单记录。"


class NoteMissing(MingchaError):
    """What is not 合格 says why."""

    code = "inspections/note-missing"
    message = "“{line}”选了“{answer}”，请写明情况。"
    remedy = "不合格写明问题，未检查、合理缺项写明原因；合格不必填写。"


class UnknownAnswer(MingchaError):
    """A code that the table of results does not have."""

    code = "inspections/unknown-answer"
    message = "“{value}”不是{table}中的代码。"
    remedy = "请从页面上的选项中选择。"


class NotFinished(MingchaError):
    """A record that cannot be handed in yet."""

    code = "inspections/not-finished"
    status = 409
    message = "检查结果还不能提交：{problem}。"
    remedy = "请补充后再提交；已经填写的都已保存。"


class ResultMismatch(MingchaError):
    """A result that the findings do not bear out."""

    code = "inspections/result-mismatch"
    message = "抽查结果“{result}”与检查项的记录不一致：{problem}。"
    remedy = "请核对各检查项，或另选与记录相符的结果。"


class RecheckUnderWay(MingchaError):
    """An order to correct is decided by its recheck, not beside it."""

    code = "inspections/recheck-under-way"
    status = 409
    message = "责令改正“{number}”由复查结果认定：复查“{recheck}”审核通过后自动办结。"
    remedy = "请到复查页面记录并提交结果，由另一人审核。"


class NotAllPublished(MingchaError):
    """A task is published when each department's result is."""

    code = "inspections/not-all-published"
    status = 409
    message = "抽查任务“{name}”还有 {count} 项检查结果没有公示。"
    remedy = "请先公示各项检查结果；审核通过后到期未公示的，平台会按规则自动公示。"


class NothingToSend(MingchaError):
    """A file for a publicity system would have no rows."""

    code = "inspections/nothing-to-send"
    status = 409
    message = "{first} 至 {last} 没有可以报送的“{form}”。"
    remedy = "请放宽日期，或先公布计划、公示结果。"


class ReceiptKept(MingchaError):
    """A receipt that was kept does not change."""

    code = "inspections/receipt-kept"
    status = 409
    message = "这份文件已登记回执“{receipt}”，不能再改。"
    remedy = "接收系统另有答复的，请重新生成文件并登记新的回执。"


class NoBundleYet(MingchaError):
    """A bundle before anything is drawn, or before the job has made it."""

    code = "inspections/no-bundle-yet"
    status = 404
    message = "抽取“{draw_id}”还没有可以下载的数据包。"
    remedy = "抽取完成后几分钟内生成；承诺文件现在就可以下载。"
