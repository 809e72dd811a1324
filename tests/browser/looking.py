"""What is wrong with a page as it stands in the browser: width, movement, and what axe objects to."""

from pathlib import Path

from playwright.sync_api import Page

AXE = (Path(__file__).parents[2] / "web/node_modules/axe-core/axe.min.js").read_text("utf-8")
# Everything axe knows but its opinions on good style.
RULES = """async () => {
  const found = await axe.run(document, {
    resultTypes: ["violations"], preload: false, iframes: false,
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  });
  return found.violations.map(
    (v) => `${v.id}：${v.nodes.slice(0, 3).map((n) => `${n.target} ${n.failureSummary}`).join(" | ")}`
  );
}"""
# Layout shifts since the page was opened that nobody caused by a click.
MOVED = """() => new Promise((resolve) => {
  let moved = 0;
  const note = (list) => list.getEntries().forEach((e) => { if (!e.hadRecentInput) moved += e.value; });
  const observer = new PerformanceObserver(note);
  observer.observe({type: "layout-shift", buffered: true});
  setTimeout(() => { note({getEntries: () => observer.takeRecords()}); resolve(moved); }, 50);
})"""
# One heading, a title of its own, no order of tabbing but that of the text, every field named once.
SOUND = """() => {
  const wrong = [];
  const heads = document.querySelectorAll("main h1, .signin-about h1").length;
  if (heads !== 1) wrong.push(`${heads} 个一级标题`);
  if (!/^.+ · .+$/.test(document.title)) wrong.push(`标题“${document.title}”`);
  if (document.querySelector("[tabindex]:not([tabindex='0']):not([tabindex='-1'])")) wrong.push("改动了跳格次序");
  const ids = Array.from(document.querySelectorAll("[id]"), (e) => e.id);
  const twice = ids.filter((id, at) => ids.indexOf(id) !== at);
  if (twice.length) wrong.push(`标识重复：${twice}`);
  return wrong;
}"""
# All of it at once. What moves while axe reads is seen as well, so that nothing has to be waited for.
ALL = f"""async () => {{
  const moving = ({MOVED})();
  const wrong = ({SOUND})(), width = document.documentElement.scrollWidth;
  const objections = await ({RULES})();
  return {{ moved: await moving, width, wrong, objections }};
}}"""
STILL = 0.01  # a hundredth of the screen; a jump of one line is more


def faults(page: Page) -> list[str]:
    """What is wrong with the page at its present width. Ask right after opening it."""
    page.evaluate(AXE)
    seen = page.evaluate(ALL)
    found = []
    if seen["moved"] > STILL:
        found.append(f"打开时内容跳动 {seen['moved']:.3f}")
    if seen["width"] > page.viewport_size["width"]:
        found.append(f"宽 {seen['width']} 像素，超出屏幕")
    return found + seen["wrong"] + seen["objections"]


def objections(page: Page) -> list[str]:
    """What axe objects to."""
    page.evaluate(AXE)
    return page.evaluate(RULES)
