// client.mjs: a careful customer of the service. Each change carries an Idempotency-Key and is repeated with the same key
// until a definite answer comes, as every good client does. What was acknowledged is written down; the end of the run
// compares the database with these notes.
import { randomUUID } from 'node:crypto'
import { sleep } from './server.mjs'

const PASSWORD = 'torture with 3 horses'
const GIVE_UP_MS = 120000

export class Stats {
  constructor() {
    this.requests = 0
    this.unanswered = 0
    this.acknowledged = 0
    this.refused = 0
    this.surprises = []
  }

  surprise(text) {
    if (this.surprises.length < 20) this.surprises.push(text)
  }
}

// One HTTP request from a network of its own (the limits count by network). Null when no answer came.
async function request(service, method, path, { body, cookie, key, network, timeoutMs = 15000 } = {}) {
  const headers = { origin: service.origin, 'x-forwarded-for': network, accept: 'application/json' }
  if (body !== undefined) headers['content-type'] = 'application/json'
  if (cookie) headers.cookie = cookie
  if (key) headers['idempotency-key'] = key
  try {
    const response = await fetch(service.origin + path, {
      method, headers, body: body === undefined ? undefined : JSON.stringify(body), signal: AbortSignal.timeout(timeoutMs)
    })
    const text = await response.text()
    return { status: response.status, json: text ? JSON.parse(text) : null, cookies: response.headers.getSetCookie() }
  } catch {
    return null
  }
}

// Until the service says something that will not change by asking again.
export async function insist(service, stats, method, path, options = {}) {
  const started = Date.now()
  const key = options.key ?? (method === 'GET' || path.startsWith('/auth/') ? undefined : randomUUID())
  for (;;) {
    stats.requests++
    const answer = await request(service, method, path, { ...options, key })
    if (answer && answer.status !== 503 && answer.status !== 429 && answer.json?.error !== 'in_progress') return answer
    if (!answer) stats.unanswered++
    if (Date.now() - started > GIVE_UP_MS) throw new Error(`${method} ${path}: no definite answer (${answer?.status} ${JSON.stringify(answer?.json)})`)
    await sleep(20 + Math.random() * 80)
  }
}

export class Merchant {
  constructor(service, stats, number, random) {
    Object.assign(this, { service, stats, number, random })
    this.email = `merchant${number}@torture.example`
    this.network = `10.${(number >> 8) & 255}.${number & 255}.7`
    this.granted = 0
    this.shops = []
  }

  call(method, path, body, key) {
    return insist(this.service, this.stats, method, path, { body, cookie: this.cookie, network: this.network, key })
  }

  keepCookie(answer) {
    for (const c of answer.cookies) {
      const [name, value] = c.split(';')[0].split('=')
      if (name === 'sid' && value) this.cookie = `sid=${value}`
    }
  }

  // Register, read the mail from the outbox, confirm, sign in.
  async register() {
    await this.call('POST', '/auth/password/register', { email: this.email, password: PASSWORD })
    for (let tries = 0; tries < 200 && !this.cookie; tries++) {
      const mails = await insist(this.service, this.stats, 'GET', '/dev/outbox', { network: this.network })
      const list = mails.json?.mails ?? []
      const mail = list.find((m) => m.to === this.email && m.text?.includes('token='))
      if (mail) {
        const token = /token=([A-Za-z0-9_-]+)/.exec(mail.text)[1]
        const done = await this.call('POST', '/auth/verify-email', { token, password: PASSWORD })
        this.keepCookie(done)
      } else if (tries % 20 === 19) {
        await this.call('POST', '/auth/resend-verification', { email: this.email })
      }
      if (!this.cookie) await this.signIn()
      if (!this.cookie) await sleep(50)
    }
    if (!this.cookie) throw new Error(`${this.email} cannot sign in`)
  }

  async signIn() {
    const answer = await this.call('POST', '/auth/password/login', { email: this.email, password: PASSWORD })
    if (answer.status === 200) this.keepCookie(answer)
  }

  async addShop() {
    const answer = await this.call('POST', '/api/shops', { shop_name: `店铺 ${this.number}-${this.shops.length}`, hosting: 'external' })
    if (answer.status !== 201) return this.stats.surprise(`shop: ${answer.status} ${JSON.stringify(answer.json)}`)
    this.shops.push({ id: answer.json.id, enabledAcks: 0, last: 'new' })
  }

  async enable(shop) {
    const answer = await this.call('POST', `/api/shops/${shop.id}/chatbot/enable`, {})
    if (answer.status === 200) {
      this.stats.acknowledged++
      shop.enabledAcks++
      shop.last = 'enabled'
    } else if (answer.status === 202) {
      shop.last = 'unsettled'
    } else if ([402, 409, 502].includes(answer.status)) {
      this.stats.refused++
      if (answer.status === 409) shop.last = 'enabled'
      if (answer.status === 502) shop.last = 'failed'
    } else {
      this.stats.surprise(`enable: ${answer.status} ${JSON.stringify(answer.json)}`)
    }
  }

  async disable(shop) {
    const answer = await this.call('POST', `/api/shops/${shop.id}/chatbot/disable`)
    if (answer.status === 200) shop.last = 'disabled'
    else if (answer.status !== 409) this.stats.surprise(`disable: ${answer.status} ${JSON.stringify(answer.json)}`)
  }

  async act() {
    const dice = this.random()
    const shop = this.shops[Math.floor(this.random() * this.shops.length)]
    if (!shop || (dice < 0.15 && this.shops.length < 40)) await this.addShop()
    else if (dice < 0.65) await this.enable(shop)
    else if (dice < 0.85) await this.disable(shop)
    else if (shop.last === 'enabled') {
      const answer = await this.call('POST', `/api/shops/${shop.id}/sso/issue`, { role: 'admin' })
      if (answer.status !== 200) this.stats.surprise(`sso: ${answer.status} ${JSON.stringify(answer.json)}`)
    }
  }
}

export class Operator {
  constructor(service, stats) {
    Object.assign(this, { service, stats })
    this.email = 'operator@torture.example'
    this.password = 'torture needs 2 operators'
    this.network = '10.255.255.7'
  }

  async signIn() {
    const answer = await insist(this.service, this.stats, 'POST', '/auth/password/login', { body: { email: this.email, password: this.password }, network: this.network })
    for (const c of answer.cookies) if (c.startsWith('sid=')) this.cookie = c.split(';')[0]
    if (!this.cookie) throw new Error(`operator: ${answer.status} ${JSON.stringify(answer.json)}`)
  }

  async grant(merchant, amount) {
    const answer = await insist(this.service, this.stats, 'POST', '/api/billing/grant', {
      body: { email: merchant.email, amount, reason: 'torture' }, cookie: this.cookie, network: this.network
    })
    if (answer.status === 401) {
      await this.signIn()
      return
    }
    if (answer.status === 200) merchant.granted += amount
    else this.stats.surprise(`grant: ${answer.status} ${JSON.stringify(answer.json)}`)
  }
}
