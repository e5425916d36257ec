import { Option } from "@commander-js/extra-typings";

import { collect, createCommand, runs } from "../command";

const load = () => require("../../operations/prices/command") as typeof import("../../operations/prices/command");

export const create = () =>
  createCommand("prices", {
    summary: "refresh the price tables of cost estimates",
    description:
      "Reads AWS's price list, which needs no credentials, and writes the tables in policies/cost/prices. If the price list is " +
      "unreachable, reads the instance prices from Go modules (needs Go), and leaves the prices of other services as they are. " +
      "Exit code 1: no source is available.",
    examples: [
      ["prices", "all regions"],
      ["prices --region eu-west-1 --region us-east-1", "two regions"],
    ],
  })
    .addOption(new Option("--source <name>", "use only this source").choices(["price-list", "go-modules"] as const))
    .addOption(new Option("--region <region>", "refresh this region only; repeatable").argParser(collect))
    .option("--price-list <url>", "address of the price list; default: AWS's")
    .option("--out <dir>", "folder of the tables; default: policies/cost/prices")
    .action(runs((options) => load().runPrices(options)));
