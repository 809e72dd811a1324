"""Hand a file in as a department's program does: by the API with its token, and see what comes of it."""

from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from mingcha.base.days import local_today
from mingcha.base.people import services
from mingcha.base.people.models import Account
from mingcha.domains.records.testing import do_jobs


class Program:
    """A department's program: one account's token, and the address of the API."""

    def __init__(self, account: Account) -> None:
        """Make the account's token."""
        tomorrow = local_today() + timedelta(days=1)
        _, text = services.create_token(
            account, name="报送程序", expires_on=tomorrow, actor=account
        )
        self.account = account
        self.client = Client(headers={"authorization": f"Bearer {text}"})

    def hand_in(
        self, data: bytes, name: str = "报送.csv", *, table: str = "", provider: str = ""
    ) -> dict[str, Any]:
        """Post a file, let the workers work, and give the receipt."""
        number = self.post(data, name, table=table, provider=provider)
        do_jobs()
        return self.receipt(number)

    def post(self, data: bytes, name: str, *, table: str = "", provider: str = "") -> str:
        """Post a file and give its number; the workers have not worked yet."""
        body = {
            "file": SimpleUploadedFile(name, data),
            "provider": provider or self.account.organisation.code,
            "table": table,
        }
        answer = self.client.post("/api/v1/intake", body)
        assert answer.status_code == 202, answer.content.decode()
        return str(answer.json()["number"])

    def receipt(self, number: str) -> dict[str, Any]:
        """The receipt of a batch as it is now."""
        receipt: dict[str, Any] = self.client.get(f"/api/v1/batches/{number}").json()
        return receipt

    def reasons(self, number: str) -> dict[int, str]:
        """Row → every reason why it was not taken in."""
        rows = self.client.get(f"/api/v1/batches/{number}/refused").json()
        return {row["row"]: "；".join(one["reason"] for one in row["reasons"]) for row in rows}
