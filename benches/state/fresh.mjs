// One library's exchange, the first time in this process: prints its times as JSON.
import { ALL } from "./libraries/all.mjs";
import { exchange } from "./workload.mjs";

const { times } = exchange(ALL.find(({ name }) => name === process.argv[2]));
console.log(JSON.stringify(times));
