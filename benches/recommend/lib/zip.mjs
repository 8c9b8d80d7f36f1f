// Reads one file out of a zip archive. Enough for archives without encryption and below 4 GB.
import { inflateRawSync } from "node:zlib";

/**
 * @param {Buffer} zip the archive
 * @param {string} name the file in it
 * @returns {Buffer}
 */
export function unzip(zip, name) {
  const end = zip.lastIndexOf(Buffer.from("PK\x05\x06", "latin1"));
  if (end < 0) throw new Error("no zip archive");
  const count = zip.readUInt16LE(end + 10);
  let at = zip.readUInt32LE(end + 16);
  for (let n = 0; n < count; n++) {
    const length = zip.readUInt16LE(at + 28);
    const skip = length + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
    if (zip.toString("utf8", at + 46, at + 46 + length) === name) {
      const local = zip.readUInt32LE(at + 42);
      const from = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
      const bytes = zip.subarray(from, from + zip.readUInt32LE(at + 20));
      return zip.readUInt16LE(at + 10) === 0 ? bytes : inflateRawSync(bytes);
    }
    at += 46 + skip;
  }
  throw new Error(`${name} is not in the archive`);
}
