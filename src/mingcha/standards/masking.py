"""A value with what identifies a person blotted out, on its way out (脱敏)."""


def mask(value: str, how: str | None) -> str:
    """A value with what identifies a person blotted out; without a way to mask, all of it."""
    if how == "name":
        return value[:1] + "＊" * max(len(value) - 1, 1)
    if how == "id":
        return value[:6] + "＊" * 8 + value[-4:] if len(value) > 10 else "＊" * len(value)
    if how == "phone":
        return value[:3] + "＊" * 4 + value[-4:] if len(value) > 7 else "＊" * len(value)
    if how == "address":
        return value[:9] + "＊＊＊" if len(value) > 9 else "＊＊＊"
    return "＊＊＊"
