// asker.mjs: who asks as a program by a cookie of his own: staff, a partner shop's person.

export class Asker {
  constructor(server, name) {
    Object.assign(this, {server, name}); // the cookie's
  }

  async call(method, path, body, options = {}) {
    const answer = await this.server.call(method, path, body, {
      ...options, headers: {...(this.cookie ? {Cookie: `${this.name}=${this.cookie}`} : {}), ...options.headers}});
    for (const line of answer.headers.getSetCookie())
      if (line.startsWith(`${this.name}=`)) this.cookie = line.slice(this.name.length + 1).split(";")[0];
    return answer;
  }

  get(path, options) {
    return this.call("GET", path, undefined, options);
  }

  post(path, body = {}, options) {
    return this.call("POST", path, body, options);
  }
}
