// pictures.mjs: real pictures for tests of uploads: PNG of any size and weight, JPEG of grey squares, with a word of the
// camera's about which way up it is.

import {deflateSync} from "node:zlib";
import {randomFillSync} from "node:crypto";

const table = Array.from({length: 256}, (_, n) => {
  for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
  return n >>> 0;
});
const crc = (bytes) => (bytes.reduce((sum, byte) => table[(sum ^ byte) & 255] ^ (sum >>> 8), 0xffffffff) ^ 0xffffffff) >>> 0;

function chunk(name, data) {
  const out = Buffer.alloc(data.length + 12);
  out.writeUInt32BE(data.length, 0);
  out.write(name, 4, "latin1");
  data.copy(out, 8);
  out.writeUInt32BE(crc(out.subarray(4, data.length + 8)), data.length + 8);
  return out;
}

// Grey dots of one byte each, a row after another.
function drawn(width, rows) {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(rows.length, 4);
  head[8] = 8; // bits, grey
  const dots = Buffer.concat(rows.map((row) => Buffer.concat([Buffer.alloc(1), row])));
  return Buffer.concat([Buffer.from("89504e470d0a1a0a", "hex"), chunk("IHDR", head), chunk("IDAT", deflateSync(dots)),
                        chunk("IEND", Buffer.alloc(0))]);
}

// The QR of a receipt in windows-1251 as qrencode draws it, four modules a digit: «ООО «Кит»», 1250.50, «За воду».
const receipt =
  "fe08c51ecbf8 82f3b2f1d208 ba62f0cbd2e8 baddeaf21ae8 ba769f873ae8 82b048ed0208 feaaaaaaabf8 000ce8aae800 fba05f976d50 " +
  "b8952517b438 63d64cf1f280 c44115cda5a0 1bd5fa725440 8860831e0db8 1bcf64ee1f20 fc3b508cf5b0 1b4f40d34450 dce89d0fa038 " +
  "3bd198e22f00 588ad493c8a0 ff95ff823fd0 9880b89f18b8 7ab03ae92aa0 b8ed388bc8a8 afe93f977fc0 f9351a16fe70 06c2c5702df0 " +
  "019504d39f78 577560e60fc0 79a89a869438 0eae257c7fe0 b85aa48bf0b0 671ecd1520d0 586892971850 0b3921612cb0 786e6091a0f8 " +
  "9b70ef861fb8 00cf188748b8 fee83ae03ae0 822c188ab8e0 bac9cf955fd0 baf488820720 bac7c2ec1a48 82b4fd3fbf60 fed1e4860890 ";

// That code as a PNG, a module so many dots, white around it.
export function receiptCode(scale = 4) {
  const bits = receipt.trim().split(" ").map((row) => [...row].flatMap((digit) =>
    [8, 4, 2, 1].map((bit) => (parseInt(digit, 16) & bit) !== 0)));
  const side = (bits.length + 8) * scale;
  return drawn(side, Array.from({length: side}, (_, y) => Buffer.from(Array.from({length: side}, (__, x) =>
    bits[Math.floor(y / scale) - 4]?.[Math.floor(x / scale) - 4] ? 0 : 255))));
}

// noise: dots at random, which cannot be packed: width × height bytes, nearly.
export function png(width, height, noise = false) {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head[8] = 8; // bits, grey
  const rows = Buffer.alloc((width + 1) * height, 0xc0);
  if (noise) randomFillSync(rows);
  for (let y = 0; y < height; y++) rows[y * (width + 1)] = 0; // no filter
  return Buffer.concat([Buffer.from("89504e470d0a1a0a", "hex"), chunk("IHDR", head),
                        chunk("IDAT", deflateSync(rows, {level: noise ? 0 : 9})), chunk("IEND", Buffer.alloc(0))]);
}

// A picture that weighs exactly so much: a comment at its end fills it up.
export function heavyPng(bytes) {
  const picture = png(500, 400);
  const end = picture.length - 12;
  return Buffer.concat([picture.subarray(0, end), chunk("tEXt", Buffer.alloc(bytes - picture.length - 12, "x")), picture.subarray(end)]);
}

// Baseline JPEG, grey: each square of 8 × 8 dots of one shade, the left half of the picture dark and the right one light.
// orientation: as EXIF says it (1 to 8).
export function jpeg(width, height, orientation) {
  const across = Math.ceil(width / 8), down = Math.ceil(height / 8);
  const segment = (marker, data) => Buffer.concat([Buffer.from([0xff, marker, (data.length + 2) >> 8, (data.length + 2) & 255]), data]);
  const exif = Buffer.concat([Buffer.from("Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0", "latin1"),
                              Buffer.from([orientation ?? 1, 0, 0, 0, 0, 0, 0])]);
  // lengths of codes: categories 0 to 11 with four bits each, but the last ones; the end of a block: "0"
  const dc = Buffer.from([0, 0, 0, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  const ac = Buffer.from([0x10, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  let bits = "", before = 0;
  for (let y = 0; y < down; y++)
    for (let x = 0; x < across; x++) {
      const level = x < across / 2 ? -100 : 100, step = level - before;
      before = level;
      const size = step === 0 ? 0 : Math.floor(Math.log2(Math.abs(step))) + 1;
      bits += size.toString(2).padStart(4, "0");
      if (size > 0) bits += (step < 0 ? step + 2 ** size - 1 : step).toString(2).padStart(size, "0");
      bits += "0";
    }
  bits = bits.padEnd(Math.ceil(bits.length / 8) * 8, "1");
  const scan = [];
  for (let at = 0; at < bits.length; at += 8) {
    const byte = parseInt(bits.slice(at, at + 8), 2);
    scan.push(byte);
    if (byte === 0xff) scan.push(0);
  }
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]), ...(orientation ? [segment(0xe1, exif)] : []),
    segment(0xdb, Buffer.from([0, ...Array(64).fill(8)])),
    segment(0xc0, Buffer.from([8, height >> 8, height & 255, width >> 8, width & 255, 1, 1, 0x11, 0])),
    segment(0xc4, dc), segment(0xc4, ac), segment(0xda, Buffer.from([1, 1, 0, 0, 63, 0])), Buffer.from(scan), Buffer.from([0xff, 0xd9]),
  ]);
}

// {width, height} as a JPEG's frame says.
export function jpegSize(bytes) {
  for (let at = 2; at < bytes.length; at += 2 + bytes.readUInt16BE(at + 2)) {
    const marker = bytes[at + 1];
    if (marker >= 0xc0 && marker <= 0xc2) return {height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7)};
  }
  throw new Error("no frame");
}

// A program's upload: {status, body}.
export async function upload(server, path, fields, file, {token, cookie, name = "photo", type = "image/jpeg", headers = {}} = {}) {
  const form = new FormData();
  for (const [field, value] of Object.entries(fields)) form.set(field, String(value));
  if (file) form.set(name, new Blob([file], {type}), "photo.jpg");
  const answer = await fetch(server.url + path, {
    method: "POST", body: form, redirect: "manual",
    headers: {Accept: "application/json", ...(token ? {Authorization: `Bearer ${token}`} : {}),
              ...(cookie ? {Cookie: cookie} : {}), ...headers},
  });
  const text = await answer.text();
  return {status: answer.status, text, body: text ? JSON.parse(text) : undefined};
}
