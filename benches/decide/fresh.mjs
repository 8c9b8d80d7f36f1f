// One contestant in a process of its own: CPU time from nothing to 100 decisions, ms.
import { FLAGS } from "./contestants.mjs";
import { rules, shoppers } from "./scenario.mjs";

const list = rules(100);
const [shopper] = shoppers(1);
const before = process.cpuUsage();
const decide = await FLAGS[process.argv[2]](list);
const answers = decide(shopper);
const { user, system } = process.cpuUsage(before);
process.stdout.write(JSON.stringify({ ms: (user + system) / 1000, answers: answers.length }));
