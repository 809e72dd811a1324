/** SM3 (GB/T 32905-2016) and SHA-256 (FIPS 180-4) for many short messages with a common beginning. */

type Compress = (state: Int32Array, data: Uint8Array, at: number) => void;

/** A hash that has taken a prefix in: the state after its whole blocks, and the bytes left over. */
export interface Start {
  state: Int32Array;
  rest: Uint8Array;
  length: number;
}

const BLOCK = 64;
export const BYTES = 32;

const K = new Int32Array(
  primes(64).map((prime) => (Math.cbrt(prime) % 1) * 2 ** 32),
);
const SHA_START = new Int32Array(primes(8).map((prime) => (Math.sqrt(prime) % 1) * 2 ** 32));
const SM3_START = new Int32Array([
  0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600, 0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e,
]);
const T = new Int32Array(
  Array.from({ length: 64 }, (_, j) => rotate(j < 16 ? 0x79cc4519 : 0x7a879d8a, j % 32)),
);
const words = new Int32Array(68);

/** One of the two hash functions, by its name in a commitment. */
export class Hash {
  readonly name: string;
  readonly #compress: Compress;
  readonly #initial: Int32Array;
  readonly #state = new Int32Array(8);
  readonly #block = new Uint8Array(BLOCK);

  constructor(name: string) {
    this.name = name;
    this.#compress = name === "sm3" ? compressSm3 : compressSha256;
    this.#initial = name === "sm3" ? SM3_START : SHA_START;
  }

  /** Take a prefix in once, to finish it with many endings. */
  start(prefix: Uint8Array): Start {
    const state = this.#initial.slice();
    let at = 0;
    for (; at + BLOCK <= prefix.length; at += BLOCK) this.#compress(state, prefix, at);
    return { state, rest: prefix.slice(at), length: prefix.length };
  }

  /** The digest of the prefix and data[from, to), written to `out`. */
  finish(
    start: Start,
    data: Uint8Array,
    from: number,
    to: number,
    out: Uint8Array,
    place: number,
  ): void {
    const state = this.#state;
    const block = this.#block;
    state.set(start.state);
    block.set(start.rest);
    let filled = start.rest.length;
    for (let at = from; at < to; at++) {
      block[filled++] = data[at]!;
      if (filled === BLOCK) {
        this.#compress(state, block, 0);
        filled = 0;
      }
    }
    block[filled++] = 0x80;
    if (filled > BLOCK - 8) {
      block.fill(0, filled);
      this.#compress(state, block, 0);
      filled = 0;
    }
    block.fill(0, filled);
    const bits = (start.length + to - from) * 8;
    for (let at = 0, left = bits; at < 8; at++, left = Math.floor(left / 256)) {
      block[BLOCK - 1 - at] = left % 256;
    }
    this.#compress(state, block, 0);
    for (let word = 0; word < 8; word++) {
      const value = state[word]!;
      out[place++] = value >>> 24;
      out[place++] = value >>> 16;
      out[place++] = value >>> 8;
      out[place++] = value;
    }
  }

  /** The digest of some bytes. */
  digest(data: Uint8Array): Uint8Array {
    const out = new Uint8Array(BYTES);
    this.finish(this.start(new Uint8Array()), data, 0, data.length, out, 0);
    return out;
  }
}

function rotate(x: number, n: number): number {
  return (x << n) | (x >>> (32 - n));
}

function compressSm3(state: Int32Array, data: Uint8Array, at: number): void {
  const w = words;
  for (let j = 0; j < 16; j++, at += 4) {
    w[j] = (data[at]! << 24) | (data[at + 1]! << 16) | (data[at + 2]! << 8) | data[at + 3]!;
  }
  for (let j = 16; j < 68; j++) {
    const c = w[j - 3]!;
    const x = w[j - 16]! ^ w[j - 9]! ^ ((c << 15) | (c >>> 17));
    const d = w[j - 13]!;
    w[j] =
      x ^ ((x << 15) | (x >>> 17)) ^ ((x << 23) | (x >>> 9)) ^ ((d << 7) | (d >>> 25)) ^ w[j - 6]!;
  }
  let a = state[0]!, b = state[1]!, c = state[2]!, d = state[3]!;
  let e = state[4]!, f = state[5]!, g = state[6]!, h = state[7]!;
  for (let j = 0; j < 64; j++) {
    const a12 = (a << 12) | (a >>> 20);
    const sum = (a12 + e + T[j]!) | 0;
    const ss1 = (sum << 7) | (sum >>> 25);
    const ff = j < 16 ? a ^ b ^ c : (a & b) | (a & c) | (b & c);
    const gg = j < 16 ? e ^ f ^ g : (e & f) | (~e & g);
    const tt1 = (ff + d + (ss1 ^ a12) + (w[j]! ^ w[j + 4]!)) | 0;
    const tt2 = (gg + h + ss1 + w[j]!) | 0;
    d = c;
    c = (b << 9) | (b >>> 23);
    b = a;
    a = tt1;
    h = g;
    g = (f << 19) | (f >>> 13);
    f = e;
    e = tt2 ^ ((tt2 << 9) | (tt2 >>> 23)) ^ ((tt2 << 17) | (tt2 >>> 15));
  }
  state[0]! ^= a;
  state[1]! ^= b;
  state[2]! ^= c;
  state[3]! ^= d;
  state[4]! ^= e;
  state[5]! ^= f;
  state[6]! ^= g;
  state[7]! ^= h;
}

function compressSha256(state: Int32Array, data: Uint8Array, at: number): void {
  const w = words;
  for (let j = 0; j < 16; j++, at += 4) {
    w[j] = (data[at]! << 24) | (data[at + 1]! << 16) | (data[at + 2]! << 8) | data[at + 3]!;
  }
  for (let j = 16; j < 64; j++) {
    const x = w[j - 15]!;
    const y = w[j - 2]!;
    const s0 = ((x << 25) | (x >>> 7)) ^ ((x << 14) | (x >>> 18)) ^ (x >>> 3);
    const s1 = ((y << 15) | (y >>> 17)) ^ ((y << 13) | (y >>> 19)) ^ (y >>> 10);
    w[j] = (w[j - 16]! + s0 + w[j - 7]! + s1) | 0;
  }
  let a = state[0]!, b = state[1]!, c = state[2]!, d = state[3]!;
  let e = state[4]!, f = state[5]!, g = state[6]!, h = state[7]!;
  for (let j = 0; j < 64; j++) {
    const s1 = ((e << 26) | (e >>> 6)) ^ ((e << 21) | (e >>> 11)) ^ ((e << 7) | (e >>> 25));
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + K[j]! + w[j]!) | 0;
    const s0 = ((a << 30) | (a >>> 2)) ^ ((a << 19) | (a >>> 13)) ^ ((a << 10) | (a >>> 22));
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  state[0] = (state[0]! + a) | 0;
  state[1] = (state[1]! + b) | 0;
  state[2] = (state[2]! + c) | 0;
  state[3] = (state[3]! + d) | 0;
  state[4] = (state[4]! + e) | 0;
  state[5] = (state[5]! + f) | 0;
  state[6] = (state[6]! + g) | 0;
  state[7] = (state[7]! + h) | 0;
}

function primes(count: number): number[] {
  const found: number[] = [];
  for (let n = 2; found.length < count; n++) if (found.every((p) => n % p)) found.push(n);
  return found;
}
