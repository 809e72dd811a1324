"""Sign-in through its pages: password, lock-out, second factor, idleness, forced change."""

import re
import time

import pytest
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from mingcha.base.ledger.models import Act
from mingcha.base.people import services
from mingcha.base.people.models import Account
from mingcha.base.people.testing import PASSWORD

pytestmark = pytest.mark.django_db
WRONG = "Bu-dui-2026"


def sign_in(client, login, password=PASSWORD, **more):
    return client.post("/signin", {"login": login, "password": password} | more)


def verbs(account):
    return list(
        Act.objects.filter(record_key=account.login).order_by("id").values_list("verb", flat=True)
    )


@pytest.mark.row("SEC-1")
def test_login_and_password_open_the_page_that_was_asked_for(client, make_account):
    person = make_account("clerk")

    asked = client.get("/people")
    answer = sign_in(client, person.login, next="/me")

    assert asked.status_code == 302
    assert asked["Location"] == "/signin?next=/people"
    assert answer["Location"] == "/me"
    assert "演示" in client.get("/me").content.decode()
    assert verbs(person)[-1] == "登录"


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "javascript:alert(1)"]
)
def test_signing_in_leads_to_no_other_site(client, make_account, target):
    answer = sign_in(client, make_account().login, next=target)

    assert answer["Location"] == "/"


def test_a_wrong_password_and_an_unknown_login_are_refused_in_the_same_words(client, make_account):
    person, closed = make_account(), make_account(is_active=False, closed_because="退休")

    def words(login, password):
        answer = sign_in(client, login, password)
        text = re.sub(r"\s+", " ", answer.content.decode())
        for noise in (login, r'csrfmiddlewaretoken" value="\w+"', r'X-CSRFToken": "\w+"'):
            text = re.sub(noise, "", text)
        return answer.status_code, text

    wrong = words(person.login, WRONG)
    assert wrong[0] == 401
    assert words("nobody-here", WRONG) == wrong
    assert words(closed.login, PASSWORD) == wrong
    assert "登录名或密码不正确，或账号已停用" in wrong[1]


def test_what_was_typed_as_an_unknown_login_is_not_kept(client, make_account):
    sign_in(client, "my-secret-typed-in-haste", WRONG)

    assert not Act.objects.filter(record_key__contains="secret").exists()
    assert Act.objects.get(verb="登录失败").record_key == "unknown"


@pytest.mark.row("SEC-3")
def test_five_failures_lock_and_say_until_when(client, make_account):
    person = make_account()

    answers = [sign_in(client, person.login, WRONG) for _ in range(5)]
    locked = sign_in(client, person.login)

    assert [answer.status_code for answer in answers] == [401, 401, 401, 401, 429]
    assert locked.status_code == 429
    assert re.search(r"已暂停登录至 \d{4}年\d+月\d+日 \d\d:\d\d", locked.content.decode())
    assert verbs(person) == ["登录失败"] * 4 + ["登录锁定"]


@pytest.mark.row("SEC-3")
def test_an_administrator_ends_a_lock(client, city, make_account):
    admin, person = city.person("department-admin"), make_account(organisation=city.market)
    for _ in range(5):
        sign_in(client, person.login, WRONG)

    client.force_login(admin)
    client.post(f"/people/{person.login}/unlock")
    client.logout()

    assert sign_in(client, person.login).status_code == 302


@pytest.mark.parametrize("fields", [{"is_machine": True}, {"expires_on": "2020-01-01"}])
def test_machines_and_accounts_run_out_do_not_sign_in(client, make_account, fields):
    assert sign_in(client, make_account(**fields).login).status_code == 401


def test_a_session_ends_with_the_account(client, make_account):
    person = make_account()
    sign_in(client, person.login)

    Account.objects.filter(pk=person.pk).update(is_active=False, closed_because="退休")

    assert client.get("/me").status_code == 302


def test_a_session_ends_with_the_password(client, city, make_account):
    security, person = city.person("security-admin"), make_account(organisation=city.market)
    sign_in(client, person.login)

    services.reset_password(person, actor=security)

    assert client.get("/me").status_code == 302


@pytest.mark.row("SEC-3")
def test_an_idle_session_ends(client, make_account, settings):
    person = make_account()
    sign_in(client, person.login)
    client.get("/me")
    session = client.session
    session["seen_at"] = int(time.time()) - settings.SESSION_IDLE_SECONDS - 1
    session.save()

    answer = client.get("/me")

    assert answer["Location"] == "/signin?next=/me"
    assert "已自动退出" in client.get("/signin").content.decode()
    assert verbs(person)[-1] == "会话超时退出"


@pytest.mark.row("SEC-3")
def test_a_password_for_once_is_changed_before_anything_else(client, city, make_account):
    person = make_account(must_change_password=True)
    sign_in(client, person.login)

    assert client.get("/")["Location"] == "/me/password"
    assert client.get("/", headers={"accept": "application/json"}).status_code == 403
    refused = client.post("/me/password", {"present": PASSWORD, "new": "abc", "again": "abc"})
    assert refused.status_code == 422
    assert "至少 10 位" in refused.content.decode()
    new = "Xin-mi-ma-2026"
    client.post("/me/password", {"present": PASSWORD, "new": new, "again": new})

    assert client.get("/").status_code == 200
    assert verbs(person)[-1] == "修改密码"


def test_an_old_password_is_due(client, make_account, settings):
    settings.PASSWORD_DAYS = -1
    sign_in(client, make_account().login)

    assert client.get("/")["Location"] == "/me/password"


def code_of(device):
    return (
        f"{TOTP(device.bin_key, device.step, device.t0, device.digits, device.drift).token():06d}"
    )


@pytest.mark.row("SEC-3")
def test_the_second_factor_is_set_up_and_then_asked_for(client, make_account):
    person = make_account()
    sign_in(client, person.login)
    page = client.get("/me/second-factor").content.decode()
    device = TOTPDevice.objects.get(user=person)
    assert "data:image/svg+xml" in page

    client.post("/me/second-factor", {"code": code_of(device)})
    client.post("/signout")
    TOTPDevice.objects.update(last_t=-1)  # the same half minute: the code would count as used

    first = sign_in(client, person.login)
    assert first["Location"] == "/signin/code"
    assert client.get("/me").status_code == 302
    wrong = client.post("/signin/code", {"code": "000000"})
    assert wrong.status_code == 401
    TOTPDevice.objects.update(throttling_failure_count=0, throttling_failure_timestamp=None)
    right = client.post("/signin/code", {"code": code_of(device)})

    assert right["Location"] == "/"
    assert client.get("/me").status_code == 200
    assert verbs(person)[-2:] == ["动态口令错误", "登录"]


def test_the_second_step_ends_after_five_tries(client, make_account):
    person = make_account()
    TOTPDevice.objects.create(user=person, confirmed=True)
    sign_in(client, person.login)

    answers = [client.post("/signin/code", {"code": f"{n:06d}"}) for n in range(6)]

    assert [answer.status_code for answer in answers] == [401] * 5 + [302]
    assert answers[-1]["Location"] == "/signin"


@pytest.mark.row("SEC-3")
def test_rights_that_ask_for_a_second_factor_wait_for_it(client, make_account, settings):
    settings.TOTP_REQUIRED_FOR = ["people.manage"]
    sign_in(client, make_account("department-admin").login)

    assert client.get("/people")["Location"] == "/me/second-factor"


def test_signing_out_closes_the_session(client, make_account):
    person = make_account()
    sign_in(client, person.login)

    client.post("/signout")

    assert client.get("/me").status_code == 302
    assert verbs(person)[-1] == "退出登录"
