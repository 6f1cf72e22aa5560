#!/usr/bin/env node
// run.mjs: registrations, grants, enables and disables from many clients while the server is killed and started again.
// Afterwards every invariant must hold: `chathub verify` is sound, no acknowledged enable or grant is lost, none is
// charged twice, and nothing is left half done.
//
//   node tests/torture/run.mjs [--engine sqlite|postgres|both] [--mode kill|power|both] [--backend builtin|chatbot|both]
//                              [--kills N] [--seconds S] [--seed N]
//   CHATHUB_BIN           the server (default build/chathub)
//   CHATHUB_TORTURE_BIN   for --mode power on SQLite: a build with -Dtorture=true, whose VFS forgets what was not synced
//
// mode kill: SIGKILL at random instants. mode power: SQLite loses every unsynced write with the kill; PostgreSQL is stopped
// with `immediate` below a running server.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { tmpdir } from 'node:os'
import { parseArgs } from 'node:util'
import { Merchant, Operator, Stats, insist } from './client.mjs'
import { Cluster, Service, freePort, sleep } from './server.mjs'
import { startChatbot } from '../world/chatbot.mjs'

const { values: options } = parseArgs({
  options: {
    engine: { type: 'string', default: 'both' }, mode: { type: 'string', default: 'both' }, backend: { type: 'string', default: 'both' },
    kills: { type: 'string', default: '50' }, seconds: { type: 'string', default: '600' }, seed: { type: 'string', default: String(Date.now() % 1000000) }
  }
})
const MERCHANTS = 12
const SHARED_SECRET = 'torture-shared-secret-0123456789'
const both = (value, a, b) => (value === 'both' ? [a, b] : [value])

// mulberry32: small, seeded, good enough to choose actions.
function generator(seed) {
  let a = seed >>> 0
  return () => {
    a = (a + 0x6d2b79f5) >>> 0
    let t = Math.imul(a ^ (a >>> 15), 1 | a)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

let passed = 0
let failed = 0
function check(name, good, detail = '') {
  if (good) passed++
  else failed++
  if (!good) console.log(`not ok - ${name} ${detail}`)
}

async function prepare(run, dir) {
  const env = {
    CHATHUB_DATA_DIR: join(dir, 'data'), CHATHUB_TRUSTED_PROXY: '127.0.0.1', CHATHUB_ENV: 'development',
    CHATHUB_DATABASE_URL: '', CHATHUB_CONF: ''
  }
  let binary = process.env.CHATHUB_BIN ?? 'build/chathub'
  let cluster = null
  let world = null
  if (run.engine === 'postgres') {
    cluster = new Cluster(dir, await freePort())
    cluster.create()
    cluster.start()
    env.CHATHUB_DATABASE_URL = cluster.url
  } else if (run.mode === 'power') {
    binary = process.env.CHATHUB_TORTURE_BIN ?? 'build/torture/src/app/chathub'
    env.CHATHUB_TEST_VFS = 'forgetful'
  }
  if (run.backend === 'chatbot') {
    world = await startChatbot({ sharedSecret: SHARED_SECRET, random: run.random })
    env.CHATBOT_BASE_URL = world.url
    env.CHATBOT_SHARED_SECRET = SHARED_SECRET
  }
  return { service: new Service(binary, env, await freePort()), cluster, world }
}

// What breaks: the process always; under `power` on PostgreSQL the database below it instead, every other time.
async function disaster(run, { service, cluster }, number) {
  if (cluster && run.mode === 'power' && number % 2 === 0) {
    cluster.stop('immediate')
    await sleep(run.random() * 100)
    cluster.start()
    return
  }
  await service.kill()
  await service.start()
}

// The database must say what was acknowledged.
async function judge(run, house, merchants, stats) {
  const { service } = house
  const name = `${run.engine} ${run.mode} ${run.backend}:`
  house.world?.calm()
  for (let waited = 0; waited < 150; waited++) {             // holds and jobs settle by themselves
    const ready = await insist(service, stats, 'GET', '/readyz', { network: '10.9.9.9' })
    const jobs = service.command(['jobs', 'list', '--state', 'ready']).jobs.concat(service.command(['jobs', 'list', '--state', 'running']).jobs)
    if (ready.status === 200 && !jobs.some((j) => j.kind.startsWith('tenants.register') || j.kind.startsWith('tenants.rotate'))) break
    await sleep(1000)
  }
  const verdict = service.command(['verify'])
  check(`${name} verify is sound`, verdict.sound === true, JSON.stringify(verdict))
  let charged = 0
  for (const m of merchants) {
    const entries = []
    for (let after = ''; ;) {
      const page = (await m.call('GET', `/api/billing/transactions?limit=100${after}`)).json
      entries.push(...page.transactions)
      if (page.transactions.length < 100) break
      after = `&after=${page.transactions.at(-1).id}`
    }
    const grants = entries.filter((e) => e.reason === 'grant').reduce((sum, e) => sum + e.amount, 0)
    check(`${name} ${m.email} has every acknowledged grant once`, grants === m.granted, `${grants} in the ledger, ${m.granted} acknowledged`)
    const summary = (await m.call('GET', '/api/billing/summary')).json
    const sum = entries.reduce((total, e) => total + e.amount, 0)
    check(`${name} ${m.email} balance is the sum and nothing is held`, summary.balance === sum && summary.held === 0, JSON.stringify(summary))
    for (const shop of m.shops) {
      const charges = entries.filter((e) => e.relatedShopId === shop.id && e.reason === 'chatbot_enablement').length
      charged += charges
      check(`${name} shop ${shop.id} is charged at most once`, charges <= 1, `${charges} charges`)
      if (shop.enabledAcks) check(`${name} shop ${shop.id} acknowledged is charged`, charges === 1, `${charges} charges, ${shop.enabledAcks} acknowledgements`)
      const status = (await m.call('GET', `/api/shops/${shop.id}/chatbot/status`)).json
      if (shop.last === 'enabled') check(`${name} shop ${shop.id} stays enabled`, status.enabled === true, JSON.stringify(status))
      if (shop.last === 'disabled') check(`${name} shop ${shop.id} stays disabled`, status.enabled === false, JSON.stringify(status))
      if (status.enabled) check(`${name} shop ${shop.id} enabled is charged`, charges === 1, `${charges} charges`)
    }
  }
  check(`${name} something was charged`, charged > 0)
  check(`${name} no unexpected answers`, stats.surprises.length === 0, stats.surprises.join('; '))
  if (house.world) check(`${name} the outside server found no fault in our calls`, house.world.complaints.length === 0, house.world.complaints.slice(0, 5).join('; '))
}

async function torture(run) {
  const dir = mkdtempSync(join(tmpdir(), 'chathub-torture-'))
  chmodSync(dir, 0o755)
  const house = await prepare(run, dir)
  const stats = new Stats()
  const began = Date.now()
  let disasters = 0
  try {
    await house.service.start()
    const operator = new Operator(house.service, stats)
    house.service.command(['user', 'add', '--email', operator.email, '--role', 'operator', '--password-stdin'], operator.password + '\n')
    await operator.signIn()
    const merchants = Array.from({ length: MERCHANTS }, (_, i) => new Merchant(house.service, stats, i + 1, run.random))
    let over = false
    const live = async (m) => {
      await m.register()
      while (!over) {
        if (m.granted < 400 || run.random() < 0.05) await operator.grant(m, 10 + Math.floor(run.random() * 200))
        await m.act()
      }
    }
    const crowd = Promise.all(merchants.map(live))
    crowd.catch(() => { over = true })
    while (!over && disasters < run.kills && Date.now() - began < run.seconds * 1000) {
      await sleep(50 + run.random() * 700)
      await disaster(run, house, disasters++)
    }
    over = true
    await crowd
    await judge(run, house, merchants, stats)
    const starts = house.service.startMs.sort((a, b) => a - b)
    console.log(`${run.engine} ${run.mode} ${run.backend}: ${disasters} disasters in ${Math.round((Date.now() - began) / 1000)} s, ${stats.requests} requests, ` +
      `${stats.unanswered} without an answer, ${stats.acknowledged} enables acknowledged, ${stats.refused} refused; start to answer ${starts[starts.length >> 1]} ms median`)
  } catch (error) {
    check(`${run.engine} ${run.mode} ${run.backend} runs to its end`, false, `${error.stack}\n${house.service.log.slice(-3000)}`)
  } finally {
    await house.service.kill()
    house.world?.stop()
    try {
      house.cluster?.stop('immediate')
    } catch {
      // it was down already
    }
    rmSync(dir, { recursive: true, force: true })
  }
}

const runs = both(options.mode, 'kill', 'power').flatMap((mode) => both(options.engine, 'sqlite', 'postgres').flatMap((engine) =>
  both(options.backend, 'builtin', 'chatbot').map((backend) => ({ mode, engine, backend }))))
console.log(`seed ${options.seed}`)
for (const [i, run] of runs.entries())
  await torture({ ...run, kills: Math.ceil(Number(options.kills) / runs.length), seconds: Number(options.seconds) / runs.length, random: generator(Number(options.seed) + i) })
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed ? 1 : 0)
