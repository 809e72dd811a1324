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
