// run.mjs: the hand-off model check as a suite: schedules of the product, of both engines and with each step committed by
// itself; then every twin, which has one fault and must be found out, by a seed that replays.
// usage: run.mjs FOLDER [N]: the folder of the programs, and how many schedules of the product.
import process from 'node:process';
import { cores, schedules, seed } from './schedules.mjs';

const [folder, wanted = '100000'] = process.argv.slice(2);
const postgres = process.env.CHATHUB_TEST_POSTGRES ? ['--engine', 'postgres'] : null;
const { sound, found, end } = schedules(folder, 'simulate');

await sound(`${wanted} schedules`, '--schedules', wanted, '--seed', seed, '--workers', cores);
await sound('each step committed', '--schedules', 400, '--seed', 1_000_000 + seed, '--commits');
if (postgres) await sound('PostgreSQL', '--schedules', 150, '--seed', 2_000_000 + seed, ...postgres);
for (const twin of ['cursor', 'looks_first', 'in_memory', 'empty_turn', 'mail_twice', 'still_told'])
    await found(`twin_${twin}`, 30000);
end();
