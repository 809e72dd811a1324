/** Saves a form as one types: one request at a time, nothing lost when the session has ended. */

export interface Problem {
  status: number;
  title: string;
  detail: string;
  /** Whether the server said it in words; a forged or outdated form is refused without. */
  isTold: boolean;
}

export class Refused extends Error {
  constructor(readonly problem: Problem) {
    super(problem.title);
  }
}

/** Send and read JSON. Throws Refused with the server's sentence, or TypeError when it is not there. */
export async function sent<T>(address: string, body: BodyInit, headers: Record<string, string> = {}): Promise<T> {
  const answer = await fetch(address, {
    method: "POST",
    body,
    headers: { Accept: "application/json", ...headers },
    credentials: "same-origin",
    redirect: "error",
  });
  if (answer.ok) return (await answer.json()) as T;
  const isJson = answer.headers.get("Content-Type")?.includes("json") === true;
  const said = isJson ? ((await answer.json()) as Partial<Problem>) : {};
  throw new Refused({
    status: answer.status,
    title: said.title ?? `没有保存成功（${answer.status}）。`,
    detail: said.detail ?? "",
    isTold: isJson,
  });
}

/** Runs one task at a time; what is asked for meanwhile runs once more afterwards. */
export class OneAtATime {
  private timer = 0;
  private running: Promise<void> | null = null;
  private again = false;

  constructor(private readonly task: () => Promise<void>) {}

  get isRunning(): boolean {
    return this.running !== null;
  }

  later(pause: number): void {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.now(), pause);
  }

  /** Run now; resolves when everything asked for so far has been done. */
  async now(): Promise<void> {
    window.clearTimeout(this.timer);
    if (this.running !== null) {
      this.again = true;
      return this.running;
    }
    this.running = this.loop();
    try {
      await this.running;
    } finally {
      this.running = null;
    }
  }

  private async loop(): Promise<void> {
    do {
      this.again = false;
      await this.task();
    } while (this.again);
  }
}

/** What the server has not acknowledged yet, kept by the tab alone: it survives signing in again. */
export class Unsaved<T extends object> {
  /** `who` is the account: what one has typed is not put before whoever signs in next. */
  constructor(private readonly who: string) {}

  private readonly key = (): string => `entry:${this.who}:${location.pathname}`;

  /** False when the browser keeps nothing. */
  keep(values: T): boolean {
    let kept = false;
    this.guarded(() => {
      sessionStorage.setItem(this.key(), JSON.stringify(values));
      kept = true;
    });
    return kept;
  }

  forget(): void {
    this.guarded(() => sessionStorage.removeItem(this.key()));
  }

  /** The page has got another address: what is kept goes with it. */
  moveTo(address: string): void {
    const values = this.read();
    this.forget();
    history.replaceState(null, "", address);
    if (values !== null) this.keep(values);
  }

  read(): T | null {
    let found: T | null = null;
    this.guarded(() => {
      found = JSON.parse(sessionStorage.getItem(this.key()) ?? "null") as T | null;
    });
    return found;
  }

  /** Private mode and full disks refuse storage; then only the server keeps what was typed. */
  private guarded(act: () => void): void {
    try {
      act();
    } catch {
      // Nothing to do: see above.
    }
  }
}
