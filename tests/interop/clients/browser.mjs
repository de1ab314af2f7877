#!/usr/bin/env node
// $BROWSER for programs that open one: passes the URL to the browser stand-in of the tests, and waits until it is through.
const answer = await fetch(process.env.BROWSER_DOOR, { method: "POST", body: process.argv[2] });
if (!answer.ok) {
  process.stderr.write(`${await answer.text()}\n`);
  process.exit(1);
}
