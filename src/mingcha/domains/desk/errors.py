"""What the desk can refuse, in words."""

from mingcha.base.errors import MingchaError


class JobNotFailed(MingchaError):
    """Only a job that failed or is stuck is retried, and only one that failed is given up."""

    code = "desk/job-not-failed"
    status = 409
    message = "任务 {job} 的状态是“{status}”，不能这样处理。"
    remedy = "失败和卡住的任务可以重试，失败的任务可以放弃；其他的请等它完成。"


class JobQueuedAgain(MingchaError):
    """The like of the job waits in the queue already: one is enough."""

    code = "desk/job-queued-again"
    status = 409
    message = "与任务 {job} 相同的任务已经在排队。"
    remedy = "无需重试；可以放弃这个失败的任务。"
