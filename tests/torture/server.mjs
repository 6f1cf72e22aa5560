// server.mjs: the service under test as a thing that can be killed: start, SIGKILL, start again on the same data, and the
// PostgreSQL server below it as a thing that can be stopped without a goodbye.
import { spawn, spawnSync } from 'node:child_process'
import { createServer } from 'node:net'

export const sleep = (ms) => new Promise((done) => setTimeout(done, ms))

export function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.on('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address()
      probe.close(() => resolve(port))
    })
  })
}

export class Service {
  constructor(binary, env, port) {
    this.binary = binary
    this.port = port
    this.origin = `http://127.0.0.1:${port}`
    this.env = { ...process.env, ...env, CHATHUB_LISTEN: `127.0.0.1:${port}` }
    this.starts = 0
    this.startMs = []
    this.log = ''
  }

  // Resolves when it answers. A start that fails for longer than `patienceMs` is a failure of the test.
  async start(patienceMs = 30000) {
    const deadline = Date.now() + patienceMs
    for (;;) {
      const began = Date.now()
      const child = spawn(this.binary, ['serve'], { env: this.env, stdio: ['ignore', 'ignore', 'pipe'] })
      child.stderr.on('data', (text) => {
        this.log = (this.log + text).slice(-20000)
      })
      let ended = false
      child.on('exit', () => {
        ended = true
      })
      while (!ended) {
        const up = await fetch(`${this.origin}/readyz`).then((r) => r.status === 200 || r.status === 503, () => false)
        if (up) {
          this.child = child
          this.starts++
          this.startMs.push(Date.now() - began)
          return
        }
        if (Date.now() > deadline) {
          child.kill('SIGKILL')
          throw new Error(`the server does not start:\n${this.log}`)
        }
        await sleep(10)
      }
      if (Date.now() > deadline) throw new Error(`the server does not start:\n${this.log}`)
      await sleep(100)
    }
  }

  async kill(signal = 'SIGKILL') {
    const child = this.child
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise((done) => child.once('exit', done))
    child.kill(signal)
    await gone
  }

  // A command of the binary; its answer as JSON.
  command(words, input) {
    const r = spawnSync(this.binary, [...words, '--json'], { env: this.env, input, encoding: 'utf8' })
    if (r.status !== 0 && words[0] !== 'verify') throw new Error(`${words.join(' ')}: exit ${r.status}: ${r.stderr}`)
    return JSON.parse(r.stdout)
  }
}

// A throw-away PostgreSQL cluster of our own, because it is stopped with `immediate` (as a power cut: no checkpoint).
export class Cluster {
  constructor(dir, port) {
    this.dir = dir
    this.port = port
    this.bin = '/usr/lib/postgresql/15/bin'
  }

  run(program, args) {
    const as = process.getuid() === 0 ? ['runuser', ['-u', 'postgres', '--', `${this.bin}/${program}`, ...args]] : [`${this.bin}/${program}`, args]
    const r = spawnSync(as[0], as[1], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
    if (r.status !== 0) throw new Error(`${program}: ${r.stderr || r.stdout}`)
    return r.stdout
  }

  create() {
    if (process.getuid() === 0) {
      const r = spawnSync('chown', ['postgres', this.dir])
      if (r.status !== 0) throw new Error('the cluster folder cannot be given to postgres')
    }
    this.run('initdb', ['-D', `${this.dir}/data`, '-U', 'chathub', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8'])
  }

  start() {
    const options = `-p ${this.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=${this.dir} -c max_connections=100 -c fsync=on`
    this.run('pg_ctl', ['-D', `${this.dir}/data`, '-l', `${this.dir}/log`, '-w', '-t', '60', '-o', options, 'start'])
  }

  stop(mode) {
    this.run('pg_ctl', ['-D', `${this.dir}/data`, '-m', mode, '-w', 'stop'])
  }

  get url() {
    return `postgres://chathub@127.0.0.1:${this.port}/postgres`
  }
}
