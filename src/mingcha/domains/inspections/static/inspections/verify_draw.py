#!/usr/bin/env python3
"""Recompute a published draw (mingcha-draw/1) from its bundle: python3 verify_draw.py BUNDLE

BUNDLE is the zip or its folder. Needs Python 3.10 or newer and nothing else. Says what was recomputed,
and ends with 0; or names the first place that does not hold, and ends with 1.
The protocol is docs/explanation/draw.md, the files docs/explanation/draw-bundle.md of Mingcha.
"""

import hashlib
import re
import sys
import unicodedata
import zipfile
from collections import deque
from itertools import pairwise
from pathlib import Path

SEP, HEX64 = b"\x1f", re.compile("[0-9a-f]{64}")
COUNTS = {"F": 5, "X": 4, "S": 6, "D": 5, "O": 9, "A": 5}  # fields of a line, its kind included


class Wrong(Exception):
    """The first place that does not hold."""


def need(holds, place, problem):
    """Go on only if it holds."""
    if not holds:
        raise Wrong(f"{place}：{problem}")


def own_sm3(data):
    """SM3 (GB/T 32905-2016), for a Python whose OpenSSL lacks it."""

    def rol(x, n):
        n %= 32
        return (x << n | x >> (32 - n)) & 0xFFFFFFFF

    state = [0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600, 0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E]  # fmt: skip
    padded = data + b"\x80" + b"\x00" * ((55 - len(data)) % 64) + (8 * len(data)).to_bytes(8, "big")
    for start in range(0, len(padded), 64):
        w = [int.from_bytes(padded[at : at + 4], "big") for at in range(start, start + 64, 4)]
        for j in range(16, 68):
            x = w[j - 16] ^ w[j - 9] ^ rol(w[j - 3], 15)
            w.append(x ^ rol(x, 15) ^ rol(x, 23) ^ rol(w[j - 13], 7) ^ w[j - 6])
        a, b, c, d, e, f, g, h = state
        for j in range(64):
            ss1 = rol(rol(a, 12) + e + rol(0x79CC4519 if j < 16 else 0x7A879D8A, j) & 0xFFFFFFFF, 7)
            ff = a ^ b ^ c if j < 16 else (a & b) | (a & c) | (b & c)
            gg = e ^ f ^ g if j < 16 else (e & f) | (~e & g)
            tt1 = (ff + d + (ss1 ^ rol(a, 12)) + (w[j] ^ w[j + 4])) & 0xFFFFFFFF
            tt2 = (gg + h + ss1 + w[j]) & 0xFFFFFFFF
            a, b, c, d = tt1, a, rol(b, 9), c
            e, f, g, h = tt2 ^ rol(tt2, 9) ^ rol(tt2, 17), e, rol(f, 19), g
        state = [x ^ y for x, y in zip(state, (a, b, c, d, e, f, g, h), strict=True)]
    return b"".join(x.to_bytes(4, "big") for x in state)


def hash_of(alg, say):
    """The hash function by its name, and which implementation serves."""
    need(alg in ("sm3", "sha256"), "commitment.txt", f"不认识的算法 {alg}")
    if alg == "sha256" or "sm3" in hashlib.algorithms_available:
        say(f"摘要算法 {alg}，使用本机 OpenSSL 的实现")
        return lambda data: hashlib.new(alg, data).digest()
    say("摘要算法 sm3，本机没有，使用脚本自带的实现（较慢）")
    return own_sm3


def fits(pattern, value):
    """Whether a source's value looks as its pattern says: N is a digit, 64h is hexadecimal."""
    form = pattern[:-10] if pattern.endswith(" ascending") else pattern
    if re.fullmatch("[1-9][0-9]*h", form):
        return len(value) == int(form[:-1]) and set(value) <= set("0123456789abcdef")
    if not re.fullmatch("".join("[0-9]" if c == "N" else re.escape(c) for c in form), value):
        return False
    rising = [int(one) for one in re.findall("[0-9]+", value.split("+")[0])]
    return form == pattern or all(a < b for a, b in pairwise(rising))


class Bundle:
    """The files of a zip or a folder."""

    def __init__(self, path):
        path = Path(path)
        if path.is_dir():
            self.files = {one.name: one.read_bytes for one in path.iterdir() if one.is_file()}
        else:
            archive = zipfile.ZipFile(path)
            self.files = {Path(n).name: lambda n=n: archive.read(n) for n in archive.namelist()}

    def lines(self, name):
        """The lines of a file without their ends."""
        need(name in self.files, name, "数据包里没有这个文件")
        data = self.files[name]()
        need(not data or data.endswith(b"\n"), name, "最后一行没有以换行结束")
        return data.split(b"\n")[:-1]

    def pairs(self, name):
        """`name=value` lines, in order."""
        return [tuple(line.decode().partition("=")[::2]) for line in self.lines(name)]


class Draw:
    """A draw that is recomputed step by step."""

    def __init__(self, bundle, say):
        self.bundle, self.say = bundle, say
        self.said = dict(bundle.pairs("commitment.txt"))
        need(self.said.get("spec") == "mingcha-draw/1", "commitment.txt", "不是 mingcha-draw/1")
        self.hash = hash_of(self.said["alg"], say)
        self.id = self.said["draw_id"].encode()
        digest = self.hash(bundle.files["commitment.txt"]()).hex()
        say(f"抽取 {self.said['draw_id']}，承诺摘要 {digest}（请与事先公布的核对）")

    def h(self, *fields):
        """H(seed, draw_id, fields…)."""
        return self.hash(SEP.join((self.seed, self.id, *fields)))

    def check_seed(self):
        """The seed is made of what the commitment names."""
        told, parts = dict(self.bundle.pairs("reveal.txt")), [self.said["draw_id"]]
        for name, value in self.said.items():
            if re.fullmatch(r"source\.[0-9]+", name):
                revealed, pattern = told.get(name, ""), self.said[name + ".pattern"]
                need(fits(pattern, revealed), "reveal.txt", f"{value} 的取值不符合样式 {pattern}")
                allowed = (value.partition("@")[2], self.said[name + ".fallback"])
                is_allowed = told.get(name + ".occasion") in allowed
                need(is_allowed, "reveal.txt", f"{value} 的场次不在承诺中")
                parts.append(f"{value.partition('@')[0]}={revealed}")
            elif name.startswith("nonce.") and told.get(name):
                fields = ("mingcha-draw/1", "nonce", self.said["draw_id"], name[6:], told[name])
                made = self.hash(SEP.join(map(str.encode, fields))).hex()
                is_same = HEX64.fullmatch(told[name]) and made == value
                need(is_same, "reveal.txt", f"{name} 与承诺不一致")
                parts.append(f"{name}={told[name]}")
            elif name.startswith("nonce."):
                self.say(f"{name[6:]} 没有按时公开随机数，未计入种子")
        need(told.get("seed") == "|".join(parts), "reveal.txt", "种子不是由承诺的来源按顺序组成")
        self.seed = told["seed"].encode()
        self.say(f"种子 {told['seed']}")
        self.say(f"封存见证：{told.get('witness') or '没有外部见证，时间只由运营方保证'}")

    def read(self, kind):
        """A committed file: canonical lines, sorted, of the size and with the root committed."""
        name, lines = f"{kind}.txt", self.bundle.lines(f"{kind}.txt")
        before, level = b"", []
        for number, line in enumerate(lines, 1):
            place = f"{name} 第 {number} 行"
            need(line.split(SEP, 1)[0] == kind.encode(), place, f"不是 {kind} 行")
            need(line.count(SEP) == COUNTS[kind] - 1, place, "项数不对")
            need(before < line, place, "没有按字节升序排列，或与上一行相同")
            is_normal = unicodedata.is_normalized("NFC", line.decode())
            need(is_normal, place, "不是规范的 Unicode 形式")
            before = line
            level.append(self.hash(b"\x00" + line))
        size, root = self.said[f"{kind}.size"], self.said[f"{kind}.root"]
        top = self.check_tiles(level) if kind == "F" else self.fold(level)
        need(str(len(lines)) == size, name, f"应有 {size} 行，实有 {len(lines)} 行")
        need(top.hex() == root, name, "根摘要与承诺不一致，有行被改动")
        self.say(f"{name} {size} 行，根摘要与承诺一致")
        return lines

    def fields(self, kind):
        """The lines of a committed file as fields, without their kind."""
        return [tuple(line.split(SEP)[1:]) for line in self.read(kind)]

    def fold(self, level):
        """The root over leaves (RFC 6962)."""
        while len(level) > 1:
            lone = level[-1:] if len(level) % 2 else []
            level = [
                self.hash(b"\x01" + x + y) for x, y in zip(level[::2], level[1::2], strict=False)
            ] + lone
        return level[0] if level else self.hash(b"")

    def check_tiles(self, leaves):
        """The roots of each 1,024 lines tell where the first altered line is."""
        tiles = [bytes.fromhex(line[2:].decode()) for line in self.bundle.lines("tiles.txt")]
        need(self.fold(tiles).hex() == self.said["F.root"], "tiles.txt", "与承诺的根摘要不一致")
        for at, tile in enumerate(tiles):
            rows = f"第 {at * 1024 + 1} 至 {at * 1024 + 1024} 行"
            part = leaves[at * 1024 : at * 1024 + 1024]
            need(self.fold(part) == tile, f"F.txt {rows}", "其中有行被改动、增删或移动")
        return self.fold(tiles)

    def draw(self):
        """The objects and reserves, compared with drawn.txt line by line."""
        self.frame, strata = self.read("F"), self.fields("S")
        self.stratum, made, members, before = {}, [], {}, b""
        for number, line in enumerate(self.frame, 1):
            _, key, name, weight, _ = line.split(SEP)
            need(key != before, f"F.txt 第 {number} 行", "同一代码出现在两行")
            members.setdefault(name, []).append((self.h(key), key, int(weight)))
            before = key
        unknown = set(members) - {line[0] for line in strata}
        need(not unknown, "F.txt", f"分层 {unknown and min(unknown).decode()} 不在 S.txt 中")
        for name, size, n, reserves, method in strata:
            place, units = f"S.txt 分层 {name.decode()}", sorted(members.pop(name, []))
            need(len(units) == int(size), place, f"写明 {size.decode()} 户，名单中 {len(units)} 户")
            need(1 <= int(n) <= len(units), place, "抽取数不在 1 至户数之间")
            need(method in (b"srs", b"pps"), place, "不认识的抽取方法")
            used, certain, keys = self.select(units, name, int(n), method)
            made.append(SEP.join((b"M", name, used.encode(), b"%d" % certain)))
            ranks = (b"W", keys[: int(n)]), (b"R", keys[int(n) : int(n) + int(reserves)])
            for kind, some in ranks:
                made += [SEP.join((kind, name, b"%d" % at, key)) for at, key in enumerate(some, 1)]
            self.stratum.update((key, name) for key in keys[: int(n)])
        self.compare("drawn.txt", made)
        lines = (line.split(SEP) for line in self.frame)
        self.area = {line[1]: line[4] for line in lines if line[1] in self.stratum}
        self.say(f"已重新计算 {len(self.stratum)} 个抽中对象及备选，与 drawn.txt 一致")

    def take_all(self, rest, m):
        """(units drawn for certain, the others, how many of these are drawn), by weights alone."""
        certain = []
        while m and rest:
            total = sum(w for _, _, w in rest)
            joining = [unit for unit in rest if m * unit[2] >= total]
            if not joining:
                break
            rest = [unit for unit in rest if m * unit[2] < total]
            certain, m = certain + joining, m - len(joining)
        return certain, rest, m

    def select(self, units, name, n, method):
        """(method used, how many for certain, keys in order) of units sorted by (U, key)."""
        if method == b"srs":
            return "srs", 0, [key for _, key, _ in units]
        certain, rest, m = self.take_all(units, n)
        first = sorted(key for _, key, _ in certain)
        if not rest or not m:
            return "take-all", len(first), first
        total = sum(w for _, _, w in rest)
        # Different fractions stay different when they are cut off after so many binary places.
        shift = 2 * (257 + (m * max(w for _, _, w in rest)).bit_length()) + 2

        def xi(unit):
            odd, a = 2 * int.from_bytes(unit[0], "big") + 1, m * unit[2]
            return (odd * (total - a) << shift) // (((1 << 257) - odd) * a), unit[1]

        ordered = sorted(rest, key=xi)
        if sum(m * w * (total - m * w) for _, _, w in rest) >= 5 * total * total:
            return "pareto", len(first), first + [key for _, key, _ in ordered]
        mark, end, taken = int.from_bytes(self.h(b"start", name), "big") * total >> 256, 0, []
        for _, key, w in rest:
            end += m * w
            if mark < end:
                taken.append(key)
                mark += total
        others = [key for _, key, _ in ordered if key not in set(taken)]
        return "systematic", len(first), first + taken + others

    def compare(self, name, made):
        """A published file against what was recomputed."""
        found = self.bundle.lines(name)
        for number, (ours, theirs) in enumerate(zip([*made, b""], [*found, b""], strict=False), 1):
            words = [line.decode().replace("\x1f", " ") or "文件结束" for line in (ours, theirs)]
            need(ours == theirs, f"{name} 第 {number} 行", f"应为“{words[0]}”，实为“{words[1]}”")

    # --- Officers ---------------------------------------------------------------------------

    def read_people(self):
        """Demands, officers and, in an audit bundle, avoidances."""
        self.demands = self.fields("D")
        self.officers = {line[0]: line for line in self.fields("O")}
        self.is_whole = "A.txt" in self.bundle.files or self.said["A.size"] == "0"
        has_avoidances = "A.txt" in self.bundle.files
        self.avoided = {line[:2][::-1] for line in self.fields("A")} if has_avoidances else set()
        if "X.txt" in self.bundle.files:
            out = {line[0] for line in self.fields("X")}
            both = {line.split(SEP)[1] for line in self.frame if line.split(SEP)[1] in out}
            need(not both, "X.txt", f"{both and min(both).decode()} 既在名单又被排除")

    def eligible(self, visit):
        """Officers who may make a visit (key, dept, skill), by bytes; avoidances as far as known."""
        key, dept, skill = visit
        first, last = (self.said[f"window.{end}"].encode() for end in ("first", "last"))
        kind = dept, skill, self.area[key]
        if kind not in self.groups:
            self.groups[kind] = [
                name
                for name, (_, at, areas, skills, since, until, _, _) in sorted(self.officers.items())
                if at == dept and skill in skills.split(b",") and since <= first and last <= until
                and self.area[key].startswith(tuple(areas.split(b",")))
            ]  # fmt: skip
        return [one for one in self.groups[kind] if (key, one) not in self.avoided]

    def start(self, named):
        """Visits in order of processing, with nobody in them; loads as before the draw."""
        self.groups, self.digests, self.named = {}, {}, named
        self.who = {visit: self.eligible(visit) for visit in self.places}
        order = {v: (len(self.who[v]), self.h(b"visit", *v), SEP.join(v)) for v in self.places}
        self.order = {visit: at for at, visit in enumerate(sorted(order, key=order.get))}
        self.load, self.cap = (
            {one: int(o[at]) for one, o in self.officers.items()} for at in (6, 7)
        )
        self.team = {visit: [] for visit in self.order}
        self.there = {visit[0]: set() for visit in self.order}
        self.holds = {name: set() for name in self.officers}

    def move(self, visit, officer, by):
        """The officer joins (1) or leaves (-1) a visit."""
        (self.team[visit].append if by > 0 else self.team[visit].remove)(officer)
        (self.there[visit[0]].add if by > 0 else self.there[visit[0]].remove)(officer)
        (self.holds[officer].add if by > 0 else self.holds[officer].remove)(visit)
        self.load[officer] += by

    def digest(self, key, officer):
        """H(seed, draw_id, "officer", key, officer); those of the last entity are kept."""
        if self.digests.get(b"") != key:
            self.digests = {b"": key}
        if officer not in self.digests:
            self.digests[officer] = self.h(self.named, key, officer)
        return self.digests[officer]

    def best(self, visit):
        """The free officer for a visit by (load, hash, bytes), or None."""
        able = [
            (self.load[one], one)
            for one in self.who[visit]
            if one not in self.there[visit[0]] and self.load[one] < self.cap[one]
        ]
        least = min(able)[0] if able else 0
        equals = [(self.digest(visit[0], one), one) for load, one in able if load == least]
        return min(equals)[1] if equals else None

    def path(self, start):
        """Fill a place by an alternating path (then nothing is returned), or the visits reached."""
        came, waiting = {start: None}, deque([start])
        while waiting:
            here = waiting.popleft()
            able = [one for one in self.who[here] if one not in self.there[here[0]]]
            for officer in sorted(able, key=lambda one: (self.digest(here[0], one), one)):
                if self.load[officer] < self.cap[officer]:
                    while came[here]:
                        above, moving = came[here]
                        self.move(here, moving, -1)
                        self.move(here, officer, 1)
                        here, officer = above, moving
                    self.move(here, officer, 1)
                    return None
                for holding in sorted(self.holds[officer] - came.keys(), key=self.order.get):
                    came[holding] = here, officer
                    waiting.append(holding)
        return set(came)

    def pair(self):
        """The teams, compared with teams.txt and vacant.txt."""
        self.places = {
            (key, dept, skill): int(count)
            for key, name in self.stratum.items()
            for of, dept, skill, count in self.demands
            if of == name
        }
        self.start(b"officer")
        if not self.is_whole:
            self.check_teams()
            return
        vacant, known = {}, {}
        for visit in self.order:
            for place in range(1, self.places[visit] + 1):
                officer = self.best(visit)
                alike = tuple(self.who[visit]), visit if self.there[visit[0]] else 0
                if officer is not None:
                    self.move(visit, officer, 1)
                    known = {}
                    continue
                reached = known[alike] | {visit} if alike in known else self.path(visit)
                if reached is None:
                    known = {}
                    continue
                vacant[(*visit, b"%d" % place)] = reached
                known[alike] = reached if self.team[visit] else reached - {visit}
        made = [SEP.join((b"T", *v, b",".join(self.team[v]))) for v in sorted(self.team)]
        self.compare("teams.txt", made)
        self.check_vacant(vacant)
        self.say(f"已重新计算 {len(self.team)} 个检查组、{len(vacant)} 个空缺，与公布的一致")

    def check_vacant(self, vacant):
        """The places left vacant and the visits that compete with each."""
        lines = [tuple(line.split(SEP)) for line in self.bundle.lines("vacant.txt")]
        knots = {}
        for line in lines:
            if line[0] == b"K":
                knots.setdefault(line[1], set()).add(line[2:])
        told = {
            line[1:5]: knots.get(line[5], set()) | {line[1:4]} for line in lines if line[0] == b"V"
        }
        for place in sorted(told.keys() | vacant.keys()):
            named = "vacant.txt " + b" ".join(place).decode()
            need(place in told, named, "这个位置应为空缺，却没有公布")
            need(place in vacant, named, "这个位置不应空缺")
            need(told[place] == vacant[place], named, "公布的空缺原因与重新计算的不同")

    def check_teams(self):
        """Without the avoidances: every member could be chosen, no cap is passed, none is twice."""
        for number, line in enumerate(self.bundle.lines("teams.txt"), 1):
            place, fields = f"teams.txt 第 {number} 行", line.split(SEP)
            visit, team = tuple(fields[1:4]), [one for one in fields[4].split(b",") if one]
            need(visit in self.team and not self.team[visit], place, "不是应有的检查")
            need(len(team) <= self.places[visit], place, "人数超过需求")
            for one in team:
                need(one in self.who[visit], place, f"{one.decode()} 不具备资格")
                need(one not in self.there[visit[0]], place, f"{one.decode()} 在同一对象重复")
                self.move(visit, one, 1)
                need(self.load[one] <= self.cap[one], place, f"{one.decode()} 超过任务上限")
        count = len(self.bundle.lines("teams.txt"))
        need(count == len(self.team), "teams.txt", f"应有 {len(self.team)} 行，实有 {count} 行")
        secret = f"{self.said['A.size']} 条回避不公开，故不能重新配对"
        self.say(f"{count} 个检查组的资格、重复和上限均符合；{secret}")

    def later(self, number):
        """A later round: who left, who joined, what stays vacant."""
        name = f"round-{number}.txt"
        lines = [tuple(line.split(SEP)) for line in self.bundle.lines(name)]
        self.officers.update((line[1], line[1:]) for line in lines if line[0] == b"O")
        self.avoided |= {(line[2], line[1]) for line in lines if line[0] == b"A"}
        secret = sum(int(line[1]) for line in lines if line[0] == b"N")
        teams = {visit: list(team) for visit, team in self.team.items()}
        for line in lines:
            if line[0] == b"L":
                need(line[4] in teams.get(line[1:4], ()), name, f"{line[4].decode()} 不在该组中")
                teams[line[1:4]].remove(line[4])
                self.avoided.add((line[1], line[4]))
        self.start(b"officer/%d" % number)
        for visit, team in teams.items():
            for officer in team:
                self.move(visit, officer, 1)
        told = [line for line in lines if line[0] in (b"J", b"V")]
        if secret or not self.is_whole:
            self.is_whole = False
            self.follow(name, told)
        else:
            self.refill(name, teams, told)

    def follow(self, name, told):
        """Take over a round that cannot be recomputed, because avoidances in it are not public."""
        for kind, *visit, officer in (line for line in told if line[0] == b"J"):
            able = self.who.get(tuple(visit), ())
            need(officer in able, name, f"{kind.decode()} {officer.decode()} 不具备资格")
            self.move(tuple(visit), officer, 1)
        self.say(f"{name}：含不公开的回避，只记录变动，不能重新计算")

    def refill(self, name, teams, told):
        """Fill the vacant places by the key of the round, and compare."""
        joined, vacant = [], []
        for visit in self.order:
            for _ in range(self.places[visit] - len(teams[visit])):
                officer = self.best(visit)
                if officer is None:
                    vacant.append((b"V", *visit))
                else:
                    self.move(visit, officer, 1)
                    joined.append((b"J", *visit, officer))
        need(told == joined + vacant, name, "补位结果与重新计算的不同")
        self.say(f"{name}：已重新计算 {len(joined)} 个补位，与公布的一致")

    def check_counts(self):
        """Exclusions and avoidances by reason add up to what was committed."""
        lines = [line.split(SEP) for line in self.bundle.lines("counts.txt")]
        for kind in "XA":
            total = sum(int(line[2]) for line in lines if line[0] == kind.encode())
            is_same = str(total) == self.said[f"{kind}.size"]
            need(is_same, "counts.txt", f"{kind} 的合计与承诺不一致")

    def run(self):
        """Everything that the bundle allows."""
        self.check_seed()
        self.check_counts()
        if "F.txt" not in self.bundle.files:
            need(self.said["level"] == "embargoed", "F.txt", "数据包里没有这个文件")
            self.say(f"名单延后到 {self.said['embargo']} 公开，目前只能核验承诺和种子")
            return
        self.draw()
        self.read_people()
        self.pair()
        number = 1
        while f"round-{number}.txt" in self.bundle.files:
            self.later(number)
            number += 1


def main(path, say=lambda text: sys.stdout.write(text + "\n")):
    """Check a bundle; 0 when all holds, 1 when not."""
    try:
        Draw(Bundle(path), say).run()
    except Wrong as wrong:
        say(f"不一致：{wrong}")
        return 1
    except (KeyError, ValueError, IndexError, OSError, zipfile.BadZipFile) as error:
        say(f"不一致：数据包无法读取（{type(error).__name__}: {error}）")
        return 1
    say("全部一致。")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]) if len(sys.argv) == 2 else __doc__)
