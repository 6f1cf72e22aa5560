// run.mjs: the model check of money as a suite: schedules of the product on both engines; then every twin, which has one
// fault and must be found out, by a seed that replays.
// usage: run.mjs FOLDER [N]: the folder of the programs, and how many schedules of the product.
import process from 'node:process';
import { cores, schedules, seed } from '../simulate/schedules.mjs';

const [folder, wanted = '10000'] = process.argv.slice(2);
const postgres = process.env.CHATHUB_TEST_POSTGRES ? ['--engine', 'postgres'] : null;
const { sound, found, end } = schedules(folder, 'money');

await sound(`${wanted} schedules of money`, '--schedules', wanted, '--seed', seed, '--workers', cores);
if (postgres) await sound('money on PostgreSQL', '--schedules', 12, '--seed', 2_000_000 + seed, ...postgres);
for (const twin of ['amount', 'unstored', 'no_key', 'believed', 'once']) await found(`money_${twin}`, 500);
end();
