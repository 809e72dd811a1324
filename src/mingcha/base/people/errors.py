"""What the administration of people can refuse, in words."""

from mingcha.base.errors import MingchaError


class BeyondOwnRights(MingchaError):
    """Someone grants more than they hold (分级授权: only a subset of one's own rights)."""

    code = "people/beyond-own-rights"
    status = 403
    message = "不能授予“{role}”：您自己在“{scope}”没有以下权限：{missing}。"
    remedy = "请改授权限较小的角色或较小的范围，或由拥有这些权限的上级管理员授权。"


class NotToOneself(MingchaError):
    """Someone acts on their own account what another must do."""

    code = "people/not-to-oneself"
    status = 403
    message = "不能对自己的账号{deed}。"
    remedy = "请由本机构的其他管理员或上级管理员办理。"


class NotToAnother(MingchaError):
    """Only the person may do it, never an administrator in their name."""

    code = "people/not-to-another"
    status = 403
    message = "不能替他人{deed}。"
    remedy = "请由本人登录后办理；系统对接请先开通系统对接账号。"


class AppointedOnly(MingchaError):
    """The role is given on the server, not on a page."""

    code = "people/appointed-only"
    status = 403
    message = "角色“{role}”不能在页面上授予。"
    remedy = "请由平台主管单位书面任命后，在服务器上执行 mingcha appoint。"


class MustBeApart(MingchaError):
    """The grant would unite two administrators in one person (三员分离)."""

    code = "people/must-be-apart"
    status = 409
    message = "“{role}”与该账号已有的“{held}”不能由同一人担任（三员分离）。"
    remedy = "请授予另一个人，或先收回原有角色。"


class OperatorMayNotRead(MingchaError):
    """The operator's people never read departments' data (BEY-16)."""

    code = "people/operator-may-not-read"
    status = 409
    message = "运维单位的人员不能查看部门数据，不能授予角色“{role}”。"
    remedy = "请为其授予不含数据权限的角色，如系统管理员。"


class AlreadyGranted(MingchaError):
    """The same role over the same scope is held already."""

    code = "people/already-granted"
    status = 409
    message = "该账号在“{scope}”已有角色“{role}”。"
    remedy = "无需重复授权；如需调整期限，请先收回再授予。"


class GrantOver(MingchaError):
    """The grant was revoked before."""

    code = "people/grant-over"
    status = 409
    message = "该授权已于此前收回。"
    remedy = "请刷新页面查看当前授权。"


class BeyondStanding(MingchaError):
    """Credentials of somebody with more rights are not handed out by one with fewer."""

    code = "people/beyond-standing"
    status = 403
    message = "不能为该账号{deed}：对方拥有您没有的权限：{missing}。"
    remedy = "请由安全管理员或拥有这些权限的上级管理员办理。"


class LoginTaken(MingchaError):
    """Two accounts cannot share a login."""

    code = "people/login-taken"
    status = 409
    message = "登录名“{login}”已被使用。"
    remedy = "请换一个登录名，如姓名拼音加工号。"


class NotLegible(MingchaError):
    """A login, code or name does not have the form it must have."""

    code = "people/not-legible"
    status = 422
    message = "{field}“{value}”的格式不符合要求。"
    remedy = "{rule}"


class AccountClosed(MingchaError):
    """The account is closed and cannot be given anything."""

    code = "people/account-closed"
    status = 409
    message = "账号“{login}”已停用。"
    remedy = "如本人重新在岗，请先恢复账号。"


class AccountOpen(MingchaError):
    """The account is in use already."""

    code = "people/account-open"
    status = 409
    message = "账号“{login}”正在使用，无需恢复。"
    remedy = "请刷新页面查看当前状态。"


class ReasonMissing(MingchaError):
    """A deed that must be justified was not."""

    code = "people/reason-missing"
    status = 422
    message = "{deed}须写明理由。"
    remedy = "请填写理由后重新提交；理由会写入操作记录。"


class OrganisationClosed(MingchaError):
    """The organisation is closed."""

    code = "people/organisation-closed"
    status = 409
    message = "机构“{name}”已撤销。"
    remedy = "请选择仍在运行的机构。"


class OrganisationInUse(MingchaError):
    """An organisation with people or bodies in it is not closed."""

    code = "people/organisation-in-use"
    status = 409
    message = "机构“{name}”下还有 {children} 个机构、{accounts} 个在用账号，不能撤销。"
    remedy = "请先移交下级机构，停用或调转人员账号。"


class CodeTaken(MingchaError):
    """Two organisations, or two regions, cannot share a code."""

    code = "people/code-taken"
    status = 409
    message = "{what}代码“{value}”已存在。"
    remedy = "请核对代码；如为同一{what}，请直接修改原记录。"


class CircularMove(MingchaError):
    """An organisation cannot be put below itself."""

    code = "people/circular-move"
    status = 409
    message = "不能把“{name}”移到它自己的下级“{parent}”之下。"
    remedy = "请选择其他上级机构。"


class RegionInUse(MingchaError):
    """A region with counties in force below it is not abolished."""

    code = "people/region-in-use"
    status = 409
    message = "区划“{name}”下还有 {children} 个未废止的区划。"
    remedy = "请先废止或调整下级区划。"


class SignInRefused(MingchaError):
    """Login or password is wrong, or the account is closed: the answer is the same."""

    code = "people/sign-in-refused"
    status = 401
    message = "登录名或密码不正确，或账号已停用。"
    remedy = "请核对后重试；忘记密码请联系本机构的账号管理员重置。"


class LockedOut(MingchaError):
    """Too many failures from this place."""

    code = "people/locked-out"
    status = 429
    message = "连续登录失败次数过多，已暂停登录至 {until}。"
    remedy = "请在该时间之后重试；急需使用请联系本机构的账号管理员解除锁定。"


class CodeRefused(MingchaError):
    """The one-time code is wrong, used already, or tried too often."""

    code = "people/code-refused"
    status = 401
    message = "动态口令不正确或已使用过。"
    remedy = "请等待口令更新后重新输入；手机丢失请联系账号管理员重置双因素认证。"


class SignInExpired(MingchaError):
    """The second step came too late."""

    code = "people/sign-in-expired"
    status = 401
    message = "本次登录已超过 5 分钟或尝试次数过多。"
    remedy = "请重新输入登录名和密码。"


class PasswordWrong(MingchaError):
    """The present password, asked for before a change, is wrong."""

    code = "people/password-wrong"
    status = 422
    message = "当前密码不正确。"
    remedy = "请重新输入；忘记密码请联系账号管理员重置。"


class PasswordUnlawful(MingchaError):
    """The new password breaks the rules."""

    code = "people/password-unlawful"
    status = 422
    message = "新密码不符合要求：{problems}"
    remedy = "请按要求更换一个密码。"


class FirstChangePassword(MingchaError):
    """The password must be changed before anything else."""

    code = "people/first-change-password"
    status = 403
    message = "您的密码已到期或为一次性密码，须先修改。"
    remedy = "请在“我的账号”页面修改密码后继续。"


class FirstSecondFactor(MingchaError):
    """The account's rights ask for a second factor that is not set up."""

    code = "people/first-second-factor"
    status = 403
    message = "您的权限要求启用双因素认证。"
    remedy = "请在“我的账号”页面绑定动态口令后继续。"


class TokenRefused(MingchaError):
    """The token is unknown, run out or revoked, or its account is closed."""

    code = "people/token-refused"
    status = 401
    message = "接口令牌无效、已过期或已作废。"
    remedy = "请在“我的账号”页面重新创建令牌。"


class TokenTooLong(MingchaError):
    """A token is asked for longer than the node allows, or for a day gone by."""

    code = "people/token-too-long"
    status = 422
    message = "令牌有效期须在今天之后、{days} 天之内。"
    remedy = "请缩短有效期，到期前重新创建。"


class ForgedRequest(MingchaError):
    """A request with a session came without its CSRF token."""

    code = "people/forged-request"
    status = 403
    message = "请求缺少防伪令牌，可能来自其他网站。"
    remedy = "请刷新页面后重试；系统对接请改用接口令牌。"


class HeadThere(MingchaError):
    """A body would have two heads on one day."""

    code = "people/head-there"
    status = 409
    message = "“{organisation}”自 {since} 起的第一责任人已是{name}，同一时间只能有一位。"
    remedy = "请先登记{name}的离任日期，再登记新任。"


class OfficeOver(MingchaError):
    """An office that has ended is ended again."""

    code = "people/office-over"
    status = 409
    message = "{name}已于 {until} 离任。"
    remedy = "请刷新页面核对；如离任日期有误，请重新登记一条并写明依据。"


class DeputyElsewhere(MingchaError):
    """A deputy must be somebody of the same body who may sign in."""

    code = "people/deputy-elsewhere"
    status = 409
    message = "{name}不是本机构在用的个人账号，不能作为代办人。"
    remedy = "请选择同一机构、账号在用的同事；跨机构的工作请用“转交”。"


class DeputyThere(MingchaError):
    """Somebody has a deputy for some of these days already."""

    code = "people/deputy-there"
    status = 409
    message = "{since} 至 {until} 期间已指定{name}为代办人。"
    remedy = "请先收回原来的委托，或改用不重叠的日期。"


class DeputyOver(MingchaError):
    """A deputyship that has run out or was ended is ended again."""

    code = "people/deputy-over"
    status = 409
    message = "{name}的代办已经结束。"
    remedy = "请刷新页面核对。"


class ViewTaken(MingchaError):
    """A kept filter of that name is there already, or there are too many."""

    code = "people/view-taken"
    status = 409
    message = "已有名为“{label}”的常用筛选，或常用筛选已满 {most} 个。"
    remedy = "请换一个名称，或先删除不再使用的。"
