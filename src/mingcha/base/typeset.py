"""Documents as PDF (成文): a typst source and its data, set in a process of its own.

Typesetting loads fonts of tens of megabytes; a child does it and goes away, so that the web
processes stay small and a fault in a font takes nobody else down. `python -m mingcha.base.typeset`
is that child: JSON on its standard input, the PDF on its standard output.

Chinese needs a font of the system, or one in the folder that MINGCHA_FONTS names. Where there is
none, no PDF is made: a page full of boxes is not a document.
"""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Final

import typst

from mingcha.base.errors import MingchaError

# In this order; the first that the machine has sets everything.
FONTS = (
    "Noto Sans CJK SC", "Source Han Sans SC", "Noto Sans SC", "Microsoft YaHei", "PingFang SC",
    "HarmonyOS Sans SC", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "SimHei", "SimSun", "FangSong",
)  # fmt: skip
SECONDS = 30
ARCHIVE: Final = "a-2b"  # PDF/A: the file holds its fonts and can be read in decades
NO_FONT = 3  # exit status of the child


class NoChineseFont(MingchaError):
    """The machine has no font that could set Chinese text."""

    code = "base/no-chinese-font"
    status = 501
    message = "服务器上没有中文字体，不能生成 PDF。"
    remedy = (
        "请直接打印网页。运维人员安装思源黑体（如软件包 fonts-noto-cjk），"
        "或把字体文件放入 MINGCHA_FONTS 指定的目录后即可生成。"
    )


def as_pdf(source: str, data: Mapping[str, Any], *, folders: Sequence[str] = ()) -> bytes:
    """A typst source as a PDF (PDF/A-2b). It reads its data by `json(bytes(sys.inputs.data))`.

    `folders` hold fonts beside those of the system. Raises NoChineseFont; a source that cannot be
    set is a bug.
    """
    said = json.dumps({"source": source, "data": data, "folders": list(folders)})
    child = subprocess.run(  # our own module
        [sys.executable, "-m", "mingcha.base.typeset"], input=said.encode(), capture_output=True,
        timeout=SECONDS, check=False,
    )  # fmt: skip
    if child.returncode == NO_FONT:
        raise NoChineseFont
    if child.returncode != 0:
        raise RuntimeError(child.stderr.decode(errors="replace"))
    return child.stdout


def chinese_font(fonts: typst.Fonts) -> str | None:
    """The font in which Chinese is set; None when there is none."""
    there = set(fonts.families())
    return next((name for name in FONTS if name in there), None)


def main() -> int:
    """The child. Returns its exit status."""
    said = json.load(sys.stdin)
    fonts = typst.Fonts(font_paths=said["folders"])
    font = chinese_font(fonts)
    if font is None:
        return NO_FONT
    inputs = {"data": json.dumps(said["data"]), "font": font}
    made = typst.compile(
        said["source"].encode(), font_paths=fonts, sys_inputs=inputs, format="pdf",
        pdf_standards=ARCHIVE,
    )  # fmt: skip
    sys.stdout.buffer.write(made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
