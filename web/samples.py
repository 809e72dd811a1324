"""Sample data of the style guide: one function per page. Names are marked 演示, codes are unreal."""

from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from types import SimpleNamespace as It
from typing import Any

from django import forms

# Tables of samples read better as tables.
# fmt: off

SHANGHAI = timezone(timedelta(hours=8))
NOW = datetime(2026, 11, 20, 9, 41, 7, tzinfo=SHANGHAI)
LONG = "演示市浦东新区张江高科技园区科苑路综合管理服务中心餐饮管理有限公司第三分公司（个人独资转制）"
NAMES = [
    ("演示老盛昌餐饮管理有限公司", "91990115MAK000001X", "存续", "餐饮服务"),
    (LONG, "91990115MAK000002T", "存续", "正餐服务"),
    ("演示市静安区阿婆生煎店（个体工商户）", "92990106MAK0000135", "存续", "小吃服务"),
    ("演示华东医药连锁股份有限公司徐汇第二十七门店", "91990104MAK000044J", "吊销", "西药零售"),
    ("演示市第九建筑工程（集团）有限公司", "91990107MAK0000559", "注销", "房屋建筑业"),
    ("演示青少年科普教育基金会", "53990000MAK000066A", "正常", "社会团体"),
    ("电梯 3101-演示-2019-000457", "", "在用", ""),
    ("演示欣欣化妆品（上海自由贸易试验区）进出口贸易有限责任公司", "91990115MAK000077L", "存续", "化妆品批发"),
]
HASH = "8f3a61c09be2475d1f60a9be22c7740e5b1c9d3e6f7a80412b3c4d5e6f708192"
BATCH = "3f9c1a7be0d24c5a8b16"


def enum(value: str) -> It:
    """Something with a value, as an Enum member has."""
    return It(value=value)


class Organisation(str):
    """An organisation prints as its name."""


PROVIDER = Organisation("演示市浦东新区市场监督管理局张江市场监督管理所")


def frame(name: str) -> dict[str, Any]:
    """What the context processor gives every page of the desk."""
    entries = [
        ("", "首页", "home", "home", ""),
        ("", "监管对象", "entities", "search", ""),
        ("数据中心", "报送数据", "intake", "upload", ""),
        ("数据中心", "报送批次", "batches", "batches", "3"),
        ("数据中心", "字段对应", "mapping", "mapping", ""),
        ("数据中心", "数据字典", "dictionary", "dictionary", ""),
        ("管理", "人员账号", "people", "people", ""),
        ("管理", "审计查询", "audit", "audit", ""),
    ]
    nav = [
        It(group=g, label=label, icon=icon, url=f"/page/{page}", active=page == name, badge=badge)
        for g, label, icon, page, badge in entries
    ]
    links = {"home": "/page/home", "search": "/page/search", "why": "/page/why",
             "account": "/elsewhere", "sign_out": "/elsewhere"}
    me = It(name="陈建国", organisation=PROVIDER, region="演示市浦东新区", roles="数据专员、部门负责人")
    site = It(name="演示市“互联网+监管”", owner="演示市人民政府办公厅主管 · 演示市大数据中心运行维护")
    return {"site": site, "me": me, "nav": nav, "links": links}


def pager(total: int = 9624, number: int = 7, size: int = 50, *, capped: bool = False) -> It:
    """A page of many."""
    pages = max(1, -(-total // size))
    window = [1, None, 5, 6, 7, 8, 9, None, pages] if pages > 10 else list(range(1, pages + 1))
    number = min(number, pages)
    return It(number=number, pages=pages, total=total, capped=capped, per_page=size, sizes=[20, 50, 100],
              window=window, previous=number - 1, next=number + 1)


def columns(*labels: str) -> list[It]:
    """Columns by label: a * makes it a number, a ^ sorts by it."""
    return [
        It(label=label.strip("*^"), num="*" in label, sort_url="?sort=" + label.strip("*^"),
           sorted="descending" if "^" in label else "")
        for label in labels
    ]


def options(*labels: str, chosen: str = "") -> list[It]:
    """Choices of a select."""
    return [It(value=label, label=label, selected=label == chosen) for label in labels]


def search() -> dict[str, Any]:
    """A list of entities, more than are counted."""
    rows = [
        It(public_id=f"p{i}", name=NAMES[i % 8][0], code=NAMES[i % 8][1], status=NAMES[i % 8][2],
           industry_label=NAMES[i % 8][3], kind_label="特种设备" if i % 8 == 6 else "企业",
           region_label="演示市浦东新区", is_registered=i % 8 != 3,
           address="演示市浦东新区张江路 368 号 5 幢三层 A 区 301 室（集中登记地）" if i % 3 else "张江路 88 号")
        for i in range(24)
    ]
    filters = It(
        saved=[It(label="全部", url="?", active=False, count=""),
               It(label="本辖区餐饮", url="?", active=True, count="9,624"),
               It(label="近一年有处罚", url="?", active=False, count="312")],
        fields=[It(name="q", label="名称或代码", kind="text", value="餐饮", placeholder="两个字即可", wide=True),
                It(name="kind", label="对象类型", kind="select", options=options("企业", "自然人", "特种设备", chosen="企业")),
                It(name="region", label="行政区划", kind="select", options=options("浦东新区", "静安区", chosen="浦东新区")),
                It(name="industry", label="行业", kind="text", value="", placeholder="代码或名称"),
                It(name="address", label="地址", kind="text", value="", placeholder="路名、门牌")],
        chips=[It(label="名称或代码", value="餐饮", remove_url="?"), It(label="对象类型", value="企业", remove_url="?"),
               It(label="行政区划", value="浦东新区", remove_url="?")],
        clear_url="?",
    )
    batch = It(url="/elsewhere", actions=[It(label="导出所选", value="export", name="act")])
    table = It(id="parties", caption="监管对象", batch=batch,
               columns=columns("名称^", "代码", "类型", "登记状态", "行政区划", "行业", "地址"))
    return {"filter": filters, "table": table, "rows": rows, "pager": pager(capped=True, total=10001),
            "may_export": True, "export_url": "/elsewhere", "q": "餐饮"}


def nothing_found() -> dict[str, Any]:
    """The same list with nothing in it."""
    return search() | {"rows": [], "pager": pager(0)}


def batch(state: str, label: str, **more: Any) -> It:
    """One batch."""
    base = {
        "public_id": BATCH, "state": state, "get_state_display": label, "provider": PROVIDER,
        "table": "check_action", "table_label": "行政检查行为", "table_version": 3,
        "file_name": "2026年第三季度行政检查行为（张江所）终稿-修改2.xlsx", "file": It(size=18_734_112),
        "file_id": HASH, "mapping": None, "submitted_by": "陈建国", "received_at": NOW,
        "finished_at": NOW + timedelta(seconds=19), "next_row": 48_230, "read_count": 48_230,
        "accepted_count": 46_871, "refused_count": 1_012, "waiting_count": 264, "doubled_count": 83,
        "replaced_count": 1_507, "withdrawn_count": 0, "warned_count": 640,
        "notes": ["第 1、2 行是合并的标题，已跳过；表头在第 3 行。", "“执法人员证号”按“执法证号”读取。"],
        "run": It(error="", step="检核第 6 段，关联监管对象", done=31_400, total=48_230, unit="行", label="检核入库",
                  cancel_asked=False, get_state_display="进行中"),
    }
    return It(**(base | more))


def receipt(b: It, *, is_open: bool) -> It:
    """Its receipt."""
    names = ["代码检查", "数据源标识检查", "监管事项目录编码检查", "检查实施清单编码检查", "数据归并", "USCC编码规则检查",
             "身份证编码规则检查", "数据关联性检查", "业务主键检查", "时间信息检查"]
    failed = [412, 0, 187, 0, 83, 96, 3, 264, 0, 331]
    national = [
        It(name="", label=n, national=f"{i:02}", severity=None, failed=f)
        for i, (n, f) in enumerate(zip(names, failed, strict=True), 1)
    ]
    lines = [
        ("检查结果不在代码表内", "refuse", 412), ("统一社会信用代码校验位不符", "refuse", 96),
        ("报送时间早于检查时间", "refuse", 331), ("事项在检查当日未生效", "refuse", 187),
        ("检查人员少于两人", "refuse", 0), ("执法证号查无此人", "wait", 264),
        ("人员与证号个数不一致", "warn", 640), ("必填字段为空", "refuse", 21),
    ]
    checks = [It(name=n, label=n, national="", severity=enum(s), failed=f) for n, s, f in lines]
    progress = It(percent=65, rate=5_233.4, seconds=6 if is_open else 19, seconds_left=3, is_open=is_open)
    return It(batch=b, progress=progress, national=national, checks=checks, pass_per_mille=973)


def running() -> dict[str, Any]:
    """An intake under way."""
    b = batch("checking", "检核中", accepted_count=30_690, refused_count=655, waiting_count=12, doubled_count=43,
              replaced_count=0, read_count=31_400)
    return {"receipt": receipt(b, is_open=True), "table_label": "行政检查行为", "may_intake": True}


def landed() -> dict[str, Any]:
    """A receipt."""
    shown = receipt(batch("landed", "已入库"), is_open=False)
    return {"receipt": shown, "table_label": "行政检查行为", "may_intake": True, "act_hash": HASH[::-1]}


def batches() -> dict[str, Any]:
    """The list of batches."""
    rows = [
        batch("checking", "检核中"), batch("landed", "已入库"),
        batch("refused", "已退回", file_name="处罚.csv", table_label="行政处罚行为", accepted_count=0),
        batch("cancelled", "已取消", refused_count=0), batch("failed", "未完成"), batch("received", "已接收"),
    ]
    filters = It(
        fields=[It(name="q", label="文件名或编号", kind="text", value="", wide=True),
                It(name="table", label="数据表", kind="select", options=options("行政检查行为", "行政处罚行为")),
                It(name="state", label="状态", kind="select", options=options("已入库", "已退回")),
                It(kind="range", label="收到日期", from_name="since", to_name="until", from_value="2026-10-01")],
        chips=[It(label="收到日期", value="2026-10-01 起", remove_url="?")], clear_url="?",
    )
    table = It(id="batches", caption="报送批次",
               columns=columns("文件", "状态", "数据表", "报送单位", "读取*", "接收*", "退回*", "待核*", "报送人", "收到^"))
    return {"filter": filters, "table": table, "rows": rows, "pager": pager(6, 1), "may_intake": True}


def refused() -> dict[str, Any]:
    """Rows that go back."""
    headers = ["检查行为编号", "行政相对人", "行政相对人编码", "检查结果", "检查时间", "报送时间", "检查人员"]
    rows = [
        It(row=17 + 31 * i, state="refused", state_label="已退回",
           reasons=["“检查结果”填的是“合格”，代码表里没有；应填 01 至 06，例如 01 未发现问题。",
                    "“统一社会信用代码”第 18 位校验不符，应为 X，请核对是否录错一位。"][: 1 + i % 2],
           cells=[It(text=f"JC2026-{4400 + i}", bad=False), It(text=NAMES[i % 8][0], bad=False),
                  It(text=NAMES[i % 8][1], bad=i % 2), It(text="合格", bad=True), It(text="2026-09-12", bad=False),
                  It(text="", bad=False), It(text="王芳、李强", bad=False)])
        for i in range(14)
    ]
    tabs = [It(label="退回", url="?", active=True, count="1,012"), It(label="待核", url="?", active=False, count="264"),
            It(label="已补入库", url="?", active=False, count="0")]
    return {"batch": batch("landed", "已入库"), "table_label": "行政检查行为", "headers": headers, "rows": rows,
            "pager": pager(1012, 1), "tabs": tabs, "may_intake": True,
            "check": It(label="检查结果不在代码表内", clear_url="?")}


class UploadForm(forms.Form):
    """As the view would make it."""

    provider = forms.ChoiceField(label="报送单位", choices=[("1", PROVIDER)])
    table = forms.ChoiceField(label="数据表", required=False, choices=[("", "按表头自动识别"), ("c", "行政检查行为")],
                              help_text="文件名和表头认不出时再选。")
    mapping = forms.ChoiceField(label="字段对应", required=False, choices=[("", "自动选用"), ("1", "城管系统导出 第 2 版")])


class SignInForm(forms.Form):
    """As the view would make it."""

    login = forms.CharField(label="登录名")
    password = forms.CharField(label="密码", widget=forms.PasswordInput)


class PersonForm(forms.Form):
    """As the view would make it."""

    real_name = forms.CharField(label="真实姓名", max_length=40)
    login = forms.CharField(label="登录名", help_text="字母和数字，开通后不能修改。")
    organisation = forms.ChoiceField(label="所属机构", choices=[("1", PROVIDER)])
    post = forms.CharField(label="职务", required=False)
    expires_on = forms.DateField(label="有效期至", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    is_machine = forms.BooleanField(label="系统对接账号", required=False)


class GrantForm(forms.Form):
    """As the view would make it."""

    role = forms.ChoiceField(label="角色", choices=[("clerk", "数据专员")])
    scope = forms.ChoiceField(label="范围", choices=[("1", PROVIDER)], help_text="含所有下级机构。")
    reason = forms.CharField(label="授权理由", widget=forms.Textarea(attrs={"rows": 2}))


def upload() -> dict[str, Any]:
    """The page where files are handed in."""
    recent = [batch("checking", "检核中"), batch("landed", "已入库"), batch("refused", "已退回", file_name="处罚.csv")]
    return {"form": UploadForm(), "limit": "1 GB", "recent": recent}


def upload_refused() -> dict[str, Any]:
    """The same after a refusal."""
    refusal = It(title="文件“检查.xlsx”的内容不是 Excel 表格，而是一个网页。",
                 detail="请在原系统里另存为 .xlsx 或 .csv 后重新上传；不要只改文件的扩展名。")
    return upload() | {"refusal": refusal, "form": UploadForm({"provider": ""}), "recent": []}


def mapping() -> dict[str, Any]:
    """Columns to fields."""
    table = It(label="行政检查行为", name="check_action")
    fields = [It(key=k, label=n, required=r, value="") for k, n, r in [
        ("code", "检查行为编号", True), ("cp", "行政相对人", True), ("uscc", "行政相对人编码", True),
        ("result", "检查结果", True), ("on", "检查时间", True), ("who", "检查人员", True), ("form", "检查形式", True),
        ("amount", "罚款金额", False)]]
    hows = [It(key=k, label=n, hint="") for k, n in [
        ("", "照原样"), ("codes", "代码对照"), ("date", "日期格式"), ("unit", "单位换算"), ("split", "拆分"), ("join", "合并")]]
    cols = [It(place=i, header=h, samples=s, field=f, how=w, detail=d) for i, (h, s, f, w, d) in enumerate([
        ("编号", ["CG-2026-0001", "CG-2026-0002"], "code", "", ""),
        ("当事人（单位全称）", [LONG, NAMES[0][0]], "cp", "", ""),
        ("信用代码", ["91990115MAK000001X"], "uscc", "", ""),
        ("结论", ["合格", "责令改正"], "result", "codes", "合格=01；责令改正=02"),
        ("检查日期", ["2026/1/2", "20260103"], "on", "date", "自动"),
        ("队员甲", ["王芳"], "who", "join", "队员甲、队员乙"), ("队员乙", ["李强"], "who", "join", ""),
        ("罚款（万元）", ["0.5", ""], "amount", "unit", "万元→元"), ("备注", ["", ""], "", "", "")])]
    preview = It(headers=["检查行为编号", "行政相对人", "行政相对人编码", "检查结果", "检查时间", "检查人员"], bad=1, read=2,
                 rows=[[It(text=t, bad="") for t in ["CG-2026-0001", LONG, "91990115MAK000001X", "01 未发现问题", "2026-01-02", "王芳、李强"]],
                       [It(text="CG-2026-0002", bad=""), It(text=NAMES[0][0], bad=""),
                        It(text="9199O115MAK000001X", bad="第 5 位是字母 O，应为数字 0"), It(text="02 责令改正", bad=""),
                        It(text="2026-01-03", bad=""), It(text="王芳、李强", bad="")]])
    return {"file_name": "城管执法系统导出.csv", "provider": PROVIDER, "table": table, "columns": cols,
            "fields": fields, "hows": hows, "missing": ["检查形式"], "preview": preview,
            "name": "城管执法系统导出", "versions": [1, 2]}


def event(day: str, family: str, table: str, headline: str, **more: Any) -> It:
    """One entry of a timeline."""
    facts = [It(label="检查结果", value="02 责令改正等行政命令"), It(label="检查人员", value="王芳、李强"),
             It(label="执法证号", value="09＊＊＊＊＊＊21", masked=True), It(label="检查行为编号", value="JC2026-4471", code=True)]
    base = {"occurred_on": date.fromisoformat(day), "family": enum(family), "table": It(label=table),
            "headline": headline, "provider": PROVIDER, "learnt_at": NOW, "version": 1, "is_withdrawn": False,
            "url": "/elsewhere", "versions_url": "/elsewhere", "file_url": "/elsewhere", "file_name": "检查.xlsx",
            "row": 4471, "facts": facts}
    return It(**(base | more))


def dossier() -> dict[str, Any]:
    """One entity with everything."""
    events = [
        event("2026-11-12", "complaint", "投诉举报", "食品中有异物 · 已受理，转张江所办理", learnt_at=None),
        event("2026-09-12", "inspection", "行政检查行为", "食品经营环节日常检查 · 责令改正", version=2),
        event("2026-06-30", "penalty", "行政处罚行为", "演市监浦处〔2026〕1520260127 号 · 未按规定进货查验 · 罚款 50,000.00 元",
              state="复议中", tone="due"),
        event("2026-06-18", "coercion", "行政强制行为", "扣押标签不符合规定的预包装食品 14 箱"),
        event("2025-12-01", "credit", "经营异常名录", "列入经营异常名录 · 通过登记的住所无法联系", is_withdrawn=True),
        event("2025-08-20", "licence", "行政许可", "食品经营许可证 JY13199990000001 · 有效期至 2030-08-19"),
        event("2025-08-02", "register", "企业", "设立登记 · 注册资本 500 万元"),
    ]
    facts = [
        It(label="企业类型", value="有限责任公司（自然人投资或控股）", under="市场监管部门 · 2025-08-02"),
        It(label="登记机关", value="演示市浦东新区市场监督管理局", under="市场监管部门 · 2025-08-02"),
        It(label="成立日期", value="2025-08-02"), It(label="注册资本", value="5,000,000.00 元"),
        It(label="联络员手机", value="138＊＊＊＊0001", masked=True), It(label="经营期限", value=None),
        It(label="经营范围", wide=True, value="许可项目：餐饮服务；食品销售。（依法须经批准的项目，经相关部门批准后方可开展经营活动）一般项目：餐饮管理；外卖递送服务；日用百货销售；单位后勤管理服务。"),
    ]
    tabs = [It(label=n, url="?tab=" + n, active=i == 0, count=c) for i, (n, c) in enumerate([
        ("全部", 31), ("基本情况", ""), ("许可", 4), ("检查", 15), ("处罚", 3), ("强制", 1), ("投诉", 6), ("信用", 2)])]
    as_of = It(value=None, today=NOW.date(), earliest=date(2024, 1, 1), now_url="?", keep=[It(name="tab", value="all")],
               seal=80_412, missing=6)
    party = It(public_id="p1", name=LONG, is_registered=True, legal_person="张＊＊",
               address="演示市浦东新区张江路 368 号 5 幢三层 A 区 301 室（集中登记地）")
    return {"party": party, "kind_label": "企业", "codes": [It(label="统一社会信用代码", value="91990115MAK000002T")],
            "state": It(label="存续", tone="done"), "region_label": "演示市浦东新区", "industry_label": "6210 正餐服务",
            "facts": facts, "tabs": tabs, "tab": "all", "events": events, "as_of": as_of, "may_export": True,
            "counts": [It(label="近两年检查", value="15 次", url="?"), It(label="近两年处罚", value="3 件", url="?"),
                       It(label="有效许可", value="4 项", url="?"), It(label="报送单位", value="7 个", url="")],
            "why": It(text="您能看到这份档案：您在浦东新区有“查看一户一档”权限，标明“共享”的内容有提供单位的同意。", url="/page/why"),
            "crumbs": [It(label="监管对象", url="/page/search"), It(label="档案", url="")]}


def dossier_past() -> dict[str, Any]:
    """The same as of a past date, with a doubtful tie."""
    shown = dossier()
    shown["as_of"].value = date(2026, 7, 1)
    tie = It(text="“演示张江餐饮管理公司”的行政处罚一件：名称相近，地址相同，没有代码", url="/elsewhere")
    return shown | {"events": shown["events"][2:], "doubtful": [tie], "crumbs": []}


def dossier_empty() -> dict[str, Any]:
    """An entity known only by name."""
    return dossier() | {"events": [], "facts": [], "counts": []}


def home() -> dict[str, Any]:
    """The first page of the desk."""
    waiting = [
        It(label="1,012 行被退回，等待更正", text="2026年第三季度行政检查行为（张江所）终稿-修改2.xlsx", url="/page/refused", badge="临期", tone="due"),
        It(label="264 行待核", text="执法证号查无此人；司法局报送后自动再核", url="/page/refused", badge="进行中", tone="doing"),
        It(label="2 个账号 7 天内到期", text="王芳、李强", url="/page/people", badge="临期", tone="due"),
    ]
    figures = [It(label="本月报送", value=48_230, under="行，本单位"), It(label="按期（5 个工作日）", value="99.2%", under="较上月 +0.6"),
               It(label="退回", value=1_012, under="2.1%", url="/page/refused", tone="late"), It(label="待核", value=264, under="等所引用的数据", url="/page/refused")]
    doors = [It(label="报送数据", text="上传表格，逐行检核，取回回执", icon="intake", url="/page/upload"),
             It(label="查找监管对象", text="按名称、代码、地址打开一户一档", icon="entities", url="/page/search"),
             It(label="数据字典", text="每张表、每个字段的要求和模板", icon="dictionary", url="/page/dictionary"),
             It(label="审计查询", text="谁在什么时候做了什么", icon="audit", url="/page/audit")]
    recent = [It(title=LONG, text="打开档案", url="/page/dossier", at=NOW), It(title="处罚.csv", text="报送批次", url="/page/batch", at=NOW)]
    news = [It(text="《行政检查行为》数据标准第 3 版生效", at=NOW, url="/page/table"), It(text="2027 年节假日安排已录入", at=NOW, url="")]
    return {"waiting": waiting, "figures": figures, "doors": doors, "recent": recent, "news": news}


GRANTS = [It(pk=1, role="数据专员", scope=PROVIDER, since=date(2026, 1, 5), until=None, granted_by="赵敏", revoked_at=None, reason="季度报送"),
          It(pk=2, role="部门负责人", scope="演示市浦东新区市场监督管理局", since=date(2026, 3, 1), until=date(2026, 12, 31), granted_by=None, revoked_at=NOW, reason="")]


def people() -> dict[str, Any]:
    """Accounts."""
    rows = [It(login=f"pd{i:04}", real_name=n, is_active=i != 3, must_change_password=i == 2, organisation=PROVIDER, post="三级主任科员" if i % 2 else "",
               role_labels=["数据专员", "部门负责人"][: i % 3], expires_on=date(2027, 1, 1) if i % 2 else None, last_login=NOW if i != 2 else None)
            for i, n in enumerate(["陈建国", "王芳", "李强", "阿卜杜热西提·买买提", "欧阳晓雯"])]
    filters = It(fields=[It(name="q", label="姓名或登录名", kind="text", value="", wide=True),
                         It(name="state", label="状态", kind="select", options=options("启用", "已停用"))])
    table = It(id="people", caption="人员账号", columns=columns("姓名", "状态", "所属机构", "职务", "角色", "有效期至", "最近登录^"))
    return {"filter": filters, "table": table, "rows": rows, "pager": pager(5, 1)}


def person() -> dict[str, Any]:
    """One account with its grants."""
    whom = It(login="pd0001", real_name="王芳", is_active=True, organisation=PROVIDER, opened_at=NOW, closed_because="")
    missing = [It(role="审计管理员", why="只能在服务器上任命；与其他管理员不能由同一人担任。"), It(role="部门负责人", why="您自己没有“导出档案”权限。")]
    form = PersonForm({"real_name": "", "login": "pd0001", "organisation": "1"})
    return {"person": whom, "form": form, "grants": GRANTS, "grant_form": GrantForm(), "missing": missing, "may_close": True}


def why() -> dict[str, Any]:
    """The why-page."""
    rules = [It(what="公开级内容", who="任何人", basis="数据字典的共享级别", mine=True),
             It(what="共享级内容", who="有“查看一户一档”权限的人员，提供单位同意期间", basis="数据共享管理规定", mine=True),
             It(what="内部级内容", who="提供单位及其上级", basis="数据字典的共享级别", mine=False),
             It(what="敏感内容", who="指定人员，为指定案件，每次查看留痕", basis="个人信息保护法 第二十八条", mine=False)]
    ask = [It(real_name="赵敏", organisation="演示市浦东新区市场监督管理局", phone="021-0000 0001")]
    return {"page": It(label="监管对象档案", path="/page/dossier"), "rules": rules, "grants": GRANTS[:1], "ask": ask,
            "answer": It(can=True, text="您可以打开档案，因为您的角色“数据专员”含“查看一户一档”。内部级和敏感级内容被遮盖，因为提供单位不在您的管理线上。")}


def audit() -> dict[str, Any]:
    """Acts."""
    facts = [It(label="行数", value="48,230"), It(label="树根", value=HASH, code=True)]
    rows = [It(at=NOW - timedelta(minutes=7 * i), actor=["陈建国", "王芳", ""][i % 3], organisation=PROVIDER if i % 3 < 2 else "",
               verb=["报送数据", "查看敏感信息", "越权被拒绝", "封签"][i % 4], text=["2026年第三季度行政检查行为（张江所）终稿-修改2.xlsx", LONG][i % 2],
               record=f"batch:{BATCH}", record_url="/elsewhere" if i % 2 else "", address="10.24.8.17", device="Chrome 86 · 统信 UOS",
               hash=HASH, seal_no=80_412 if i else None, facts=facts if i % 2 else [])
            for i in range(12)]
    filters = It(fields=[It(name="person", label="人员", kind="text", value=""), It(name="record", label="对象", kind="text", value="", wide=True),
                         It(name="verb", label="操作", kind="select", options=options("报送数据", "查看敏感信息")),
                         It(kind="range", label="时间", from_name="since", to_name="until", from_value="", to_value="")])
    table = It(id="acts", caption="操作记录", columns=columns("时间^", "人员", "操作", "对象", "来源", "封签", "内容"))
    standing = It(ok=True, text="账本最近一次校验于 2026-11-20 03:00 通过，共 1,204,377 条。", url="/elsewhere")
    return {"filter": filters, "table": table, "rows": rows, "pager": pager(), "standing": standing}


def table_of(name: str, label: str, share: str = "shared") -> It:
    """A declared table."""
    return It(name=name, label=label, fields=dict.fromkeys(range(27)), owner="国务院办公厅", basis="C5102-2019 国家“互联网+监管”数据标准", version=3,
              since=date(2026, 7, 1), share=enum(share), description="对监管对象实施的每一次行政检查，含双随机抽查。", found="")


def dictionary() -> dict[str, Any]:
    """All tables."""
    families = [It(label="监管行为", tables=[table_of("check_action", "行政检查行为"), table_of("punish_action", "行政处罚行为", "public"), table_of("force_action", "行政强制行为", "internal")]),
                It(label="监管对象", tables=[table_of("object_enterprise", "企业"), table_of("object_special_equipment", "特种设备")])]
    codes = [It(name=f"c{i}", label=n, codes=range(9)) for i, n in enumerate(["监管对象类型", "检查形式", "检查结果", "处罚种类", "行政强制种类", "行政区划", "国民经济行业分类"])]
    return {"families": families, "code_tables": codes, "q": "", "frame": "desk.html", "api_url": "/elsewhere"}


def dictionary_table() -> dict[str, Any]:
    """One table."""
    spec = {"aliases": (), "codes": None, "share": None, "note": "", "basis": "", "required": True}
    fields = [It(key=k, type_label=t, codes_label=c, limits=m, spec=It(**(spec | {"label": n, "codes": "x" if c else None} | more))) for k, n, t, c, m, more in [
        ("supervise_item_implement_code", "监管事项目录编码", "监管事项编码", "", "14 位", {"note": "检查当日须已生效"}),
        ("administrative_cp", "行政相对人", "文本", "", "≤ 200 字", {"aliases": ("当事人", "被检查单位")}),
        ("check_result", "检查结果", "代码", "检查结果", "2 位", {}),
        ("check_personnel_code", "执法证号", "列表", "", "≥ 2 个", {"required": False, "share": enum("internal")})]]
    rules = [It(label="检查结果不在代码表内", text="", severity="退回", tone="late", national="01 代码检查"), It(label="执法证在检查当日有效", text="按执法人员库核对", severity="待核", tone="due", national="08 数据关联性检查")]
    return {"table": table_of("check_action", "行政检查行为"), "fields": fields, "rules": rules, "key_labels": ["检查行为编号"], "changes": [It(version=3, text="新增“个案”检查形式", since=date(2026, 7, 1))]}


def codes() -> dict[str, Any]:
    """One code table."""
    found = [It(code=f"{i:02}", label=n, parent="", since=None, until=date(2025, 1, 1) if i == 5 else None, note="", aliases=("普通",) if i == 2 else ())
             for i, n in enumerate(["警告", "罚款", "没收违法所得", "责令停产停业", "暂扣或吊销许可证", "行政拘留", "其他"], 1)]
    table = It(label="处罚种类", codes=found, basis="C5102-2019", version=2, since=date(2026, 1, 1), note="")
    return {"codes": table, "rows": found, "q": "", "used_by": [It(table="punish_action", field="kind", label="行政处罚行为·处罚种类")]}


def signin() -> dict[str, Any]:
    """Sign in."""
    demo = [It(login="demo-clerk", password="Mingcha-2026", who="数据专员"), It(login="demo-head", password="Mingcha-2026", who="部门负责人")]  # noqa: S106
    return {"form": SignInForm(), "next": "/", "demo_accounts": demo}


def signin_wrong() -> dict[str, Any]:
    """Sign in, refused."""
    return {"form": SignInForm({"login": "chenjg"}), "locked": "登录名或密码不对。再错 2 次，账号将锁定 1 小时。"}


def refusal(status: int, code: str, title: str, detail: str) -> Callable[[], dict[str, Any]]:
    """A refusal as a page."""
    return lambda: {"error": It(status=status, code=code, title=title, detail=detail), "number": "5f0c9a1be7d2", "why_url": "/page/why"}


def components() -> dict[str, Any]:
    """What the gallery shows beside the pages."""
    steps = [It(label="选择文件", state="past", note=""), It(label="检核入库", state="now", note="逐行检核"), It(label="回执", state="next", note="")]
    tones = [("todo", "未开始"), ("doing", "进行中"), ("due", "临期"), ("late", "逾期"), ("done", "已办结"), ("plain", "普通")]
    grades = [("red", "红色预警"), ("orange", "橙色预警"), ("yellow", "黄色预警"), ("blue", "蓝色预警")]
    chips = [It(label=PROVIDER, kind="unit"), It(label="陈建国", kind="person")]
    return {"tones": tones, "grades": grades, "steps": steps, "form": PersonForm({"real_name": ""}), "chips": chips} | {
        key: value for key, value in dossier().items() if key in {"facts", "tabs", "events", "as_of", "why"}
    }


PAGES: dict[str, tuple[str, Callable[[], dict[str, Any]]]] = {
    "signin": ("desk/signin.html", signin),
    "signin-wrong": ("desk/signin.html", signin_wrong),
    "home": ("desk/home.html", home),
    "upload": ("records/upload.html", upload),
    "upload-refused": ("records/upload.html", upload_refused),
    "mapping": ("records/mapping.html", mapping),
    "running": ("records/batch.html", running),
    "batch": ("records/batch.html", landed),
    "batches": ("records/batch_list.html", batches),
    "refused": ("records/refused.html", refused),
    "search": ("insight/search.html", search),
    "search-empty": ("insight/search.html", nothing_found),
    "dossier": ("insight/dossier.html", dossier),
    "dossier-past": ("insight/dossier.html", dossier_past),
    "dossier-basic": ("insight/dossier.html", lambda: dossier() | {"tab": "basic"}),
    "dossier-empty": ("insight/dossier.html", dossier_empty),
    "dictionary": ("portal/dictionary.html", dictionary),
    "dictionary-public": ("portal/dictionary.html", lambda: dictionary() | {"frame": "public.html"}),
    "table": ("portal/table.html", dictionary_table),
    "codes": ("portal/codes.html", codes),
    "people": ("desk/people_list.html", people),
    "person": ("desk/person_form.html", person),
    "person-new": ("desk/person_form.html", lambda: {"form": PersonForm(), "person": None}),
    "why": ("desk/why.html", why),
    "audit": ("desk/audit.html", audit),
    "403": ("error.html", refusal(403, "base/not-allowed", "您的账号没有“报送数据”权限，不能执行此操作。", "请向本部门的账号管理员申请；本次尝试已记录。")),
    "404": ("404.html", dict),
    "422": ("error.html", refusal(422, "records/not-what-it-says", "文件“检查.xlsx”的内容不是 Excel 表格，而是一个网页。", "请在原系统里另存为 .xlsx 或 .csv 后重新上传。")),
    "503": ("error.html", refusal(503, "base/too-busy", "系统在规定时间内没有完成这项操作。", "请缩小查询范围后重试；如仍出现，请联系运维人员并提供请求编号。")),
    "500": ("500.html", dict),
}
