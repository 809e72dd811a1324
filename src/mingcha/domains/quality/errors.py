"""What the quality of data refuses, in words."""

from mingcha.base.errors import MingchaError


class NoExplanation(MingchaError):
    """A hint is settled without saying what was found."""

    code = "quality/no-explanation"
    message = "核实线索需要写明核实情况。"
    remedy = "请写明查了什么、结论是什么；属实的请说明如何更正。"
