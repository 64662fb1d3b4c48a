import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { BlockList, isIPv6 } from 'node:net';

import { Injectable } from '@nestjs/common';
import { Reader, type CountryResponse } from 'mmdb-lib';

import type { EventPlace } from '#events/stored-event.js';

/** Local networks. The database knows who has been given their addresses to administer. */
const local = new BlockList();
for (const [net, prefix] of [
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const)
  local.addSubnet(net, prefix);
for (const [net, prefix] of [
  ['fc00::', 7],
  ['fe80::', 10],
] as const)
  local.addSubnet(net, prefix, 'ipv6');

const REMEMBERED = 10_000;
const MAPPED = /^::ffff:(?=\d+\.)/i;

/** Countries of addresses, by whom the registries gave them to; a microsecond each. The package's data is from nro.net. */
@Injectable()
export class Countries {
  private readonly reader: Reader<CountryResponse>;
  private readonly by: string;
  private readonly places = new Map<string, EventPlace>();
  /** Of addresses that came lately, most of which come again. */
  private readonly lately = new Map<string, EventPlace | undefined>();

  constructor() {
    const require = createRequire(import.meta.url);
    const file = require.resolve('@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb');
    this.reader = new Reader(readFileSync(file));
    this.by = `geo-whois-asn-country ${this.reader.metadata.buildEpoch.toISOString().slice(0, 10)}`;
  }

  /** Undefined for addresses of nobody's, such as those of a local network. */
  of(address: string): EventPlace | undefined {
    const known = this.lately.get(address);
    if (known !== undefined || this.lately.has(address)) return known;
    if (this.lately.size >= REMEMBERED) this.lately.clear();
    const place = this.find(address);
    this.lately.set(address, place);
    return place;
  }

  private find(address: string): EventPlace | undefined {
    const plain = address.replace(MAPPED, '');
    if (local.check(plain, isIPv6(plain) ? 'ipv6' : 'ipv4')) return undefined;
    const found = this.reader.get(plain);
    // The library's types are of another maker's databases.
    const { country_code: country } = (found ?? {}) as { country_code?: string };
    if (country === undefined) return undefined;
    let place = this.places.get(country);
    if (!place) this.places.set(country, (place = { country, by: this.by }));
    return place;
  }
}
