// catalogue.mjs: what the catalogue's file holds, for tests that wait until it is there.

import {readFileSync} from "node:fs";

export const providerCount = JSON.parse(readFileSync("profiles/catalogue.json", "utf8")).providers.length;
