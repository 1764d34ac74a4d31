// jsforce judges the Salesforce emulator.
// stdin: {"url", "clientId", "clientSecret", "username", "password", "refreshToken"}; the emulator has 4,500 contacts and 40 accounts.
// Packages live outside the clone, so they are required from AMPLINE_NPM_DIR.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const require = createRequire(path.join(process.env.AMPLINE_NPM_DIR, "package.json"));
const { Connection, OAuth2 } = require("jsforce");
const { url, clientId, clientSecret, username, password, refreshToken } = JSON.parse(readFileSync(0, "utf8"));
const version = "60.0";
const redirectUri = "http://127.0.0.1:1/callback";

const oauth2 = () => new OAuth2({ loginUrl: url, clientId, clientSecret, redirectUri });
const control = (path) => fetch(`${url}/_control/${path}`, { method: "POST", headers: { "content-type": "application/json" }, body: "{}" });

/** The error of a call that must not succeed. */
async function refused(promise, code) {
  const error = await promise.then(
    () => assert.fail(`answered although ${code} was due`),
    (error) => error,
  );
  assert.equal(error.errorCode ?? error.name, code, error.stack);
  return error;
}

const conn = new Connection({ loginUrl: url, version });

const checks = {
  async "logs in over SOAP"() {
    const user = await conn.login(username, password);
    assert.match(user.id, /^005\w{15}$/);
    assert.equal(conn.instanceUrl, url);
    await assert.rejects(new Connection({ loginUrl: url, version }).login(username, "wrong"), /INVALID_LOGIN: Invalid username/);
  },

  async "queries page by page"() {
    const ids = [];
    let page = await conn.query("SELECT Id, Name, SystemModstamp, Owner.Name FROM Contact");
    assert.deepEqual([page.totalSize, page.done, page.records.length], [4500, false, 2000]);
    assert.match(page.nextRecordsUrl, /\/services\/data\/v60\.0\/query\/01g\w{15}-2000$/);
    const [first] = page.records;
    assert.equal(first.attributes.type, "Contact");
    assert.equal(first.attributes.url, `/services/data/v60.0/sobjects/Contact/${first.Id}`);
    assert.match(first.SystemModstamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000\+0000$/);
    assert.equal(first.Owner.attributes.type, "User");
    for (;;) {
      ids.push(...page.records.map((record) => record.Id));
      if (page.done) break;
      page = await conn.queryMore(page.nextRecordsUrl);
    }
    assert.equal(new Set(ids).size, 4500);
    const all = await conn.query("SELECT Id FROM Contact").run({ autoFetch: true, maxFetch: 10000 });
    assert.equal(all.records.length, 4500);
    const small = await conn.query("SELECT Id FROM Contact", { headers: { "Sforce-Query-Options": "batchSize=200" } });
    assert.equal(small.records.length, 200);
  },

  async "builds queries, counts, and reads children"() {
    const found = await conn.sobject("Contact").find({ LastName: { $like: "O'N%" } }, ["Id", "LastName"]).limit(3);
    assert.deepEqual(found.map((contact) => contact.LastName), ["O'Neill", "O'Neill", "O'Neill"]);
    assert.equal(await conn.sobject("Contact").count(), 4500);
    const accounts = await conn.query("SELECT Id, (SELECT Id, LastName FROM Contacts ORDER BY LastName LIMIT 2) FROM Account LIMIT 5");
    assert.ok(accounts.records.every(({ Contacts }) => Contacts.done && Contacts.records.length === 2));
    const groups = await conn.query("SELECT LeadSource, COUNT(Id) many FROM Contact GROUP BY LeadSource");
    assert.equal(groups.records.reduce((sum, { many }) => sum + many, 0), 4500);
  },

  async "describes"() {
    const { sobjects } = await conn.describeGlobal();
    assert.ok(sobjects.some(({ name, custom }) => name === "Invoice__c" && custom));
    const contact = await conn.sobject("Contact").describe();
    const field = (name) => contact.fields.find((field) => field.name === name);
    assert.deepEqual([field("AccountId").type, field("AccountId").referenceTo, field("AccountId").relationshipName], ["reference", ["Account"], "Account"]);
    assert.deepEqual([field("LastName").nillable, field("SystemModstamp").createable, field("Score__c").custom], [false, false, true]);
    assert.ok(field("LeadSource").picklistValues.some(({ value }) => value === "Web"));
    const account = await conn.sobject("Account").describe();
    assert.ok(account.childRelationships.some(({ relationshipName, childSObject }) => relationshipName === "Contacts" && childSObject === "Contact"));
    const limits = await conn.limits();
    assert.ok(limits.DailyApiRequests.Remaining < limits.DailyApiRequests.Max);
    assert.equal(conn.limitInfo.apiUsage.limit, limits.DailyApiRequests.Max);
  },

  async "creates, reads, changes, deletes"() {
    const accounts = conn.sobject("Account");
    const made = await accounts.create({ Name: "Ampline", AnnualRevenue: 5, NumberOfEmployees: 3 });
    assert.equal(made.success, true);
    const read = await accounts.retrieve(made.id);
    assert.deepEqual([read.Name, read.AnnualRevenue, read.NumberOfEmployees, read.Industry], ["Ampline", 5, 3, null]);
    assert.equal((await accounts.update({ Id: made.id, Name: "Ampline Ltd", Industry: "Banking" })).success, true);
    assert.equal((await accounts.retrieve(made.id)).Name, "Ampline Ltd");
    assert.equal((await accounts.destroy(made.id)).success, true);
    await refused(accounts.retrieve(made.id), "ENTITY_IS_DELETED");
    const soql = `SELECT Id, IsDeleted, SystemModstamp FROM Account WHERE Id = '${made.id}'`;
    assert.equal((await conn.query(soql)).totalSize, 0);
    const [deleted] = (await conn.query(soql, { scanAll: true })).records;
    assert.equal(deleted.IsDeleted, true);
    const both = await conn.sobject("Contact").retrieve([(await conn.sobject("Contact").findOne({}, ["Id"])).Id, "0035e0000zzzzzzAAA"], { fields: ["LastName"] });
    assert.deepEqual([typeof both[0].LastName, both[1]], ["string", null]);
  },

  async "refuses in the shape the client reads"() {
    const field = await refused(conn.query("SELECT Id, Nope FROM Contact"), "INVALID_FIELD");
    assert.match(field.message, /^\nSELECT Id, Nope FROM Contact\n {11}\^\nERROR at Row:1:Column:12\nNo such column 'Nope' on entity 'Contact'/);
    await refused(conn.query("SELECT Id FROM Nope"), "INVALID_TYPE");
    await refused(conn.query("SELECT Id FORM Contact"), "MALFORMED_QUERY");
    await refused(conn.queryMore("/services/data/v60.0/query/01g5e0000zzzzzzAAA-2000"), "INVALID_QUERY_LOCATOR");
    const missing = await refused(conn.sobject("Contact").create({ FirstName: "Ada" }), "REQUIRED_FIELD_MISSING");
    assert.match(missing.message, /\[LastName\]/);
    await refused(conn.sobject("Contact").create({ LastName: "L", CreatedDate: "2020-01-01T00:00:00Z" }), "INVALID_FIELD_FOR_INSERT_UPDATE");
    await refused(new Connection({ instanceUrl: url, accessToken: "wrong", version }).query("SELECT Id FROM Contact"), "INVALID_SESSION_ID");
  },

  async "authorizes with PKCE"() {
    const flow = new OAuth2({ loginUrl: url, clientId, redirectUri, useVerifier: true });
    const page = await fetch(flow.getAuthorizationUrl({ scope: "api refresh_token", state: "a b&c" }), { redirect: "manual" });
    const back = new URL(page.headers.get("location"));
    assert.deepEqual([page.status, back.origin + back.pathname, back.searchParams.get("state")], [303, redirectUri, "a b&c"]);
    const granted = await flow.requestToken(back.searchParams.get("code"));
    assert.deepEqual([granted.instance_url, granted.token_type, granted.scope, granted.expires_in], [url, "Bearer", "api refresh_token", undefined]);
    assert.match(granted.id, /\/id\/00D\w{15}\/005\w{15}$/);
    const identity = await new Connection({ instanceUrl: url, accessToken: granted.access_token, version }).identity();
    assert.equal(identity.username, username);
    await assert.rejects(flow.requestToken(back.searchParams.get("code")), /invalid_grant/);
    await flow.revokeToken(granted.refresh_token);
    await assert.rejects(flow.refreshToken(granted.refresh_token), /invalid_grant/);
  },

  async "refreshes a session that ended, once, and goes on"() {
    const reader = new Connection({ instanceUrl: url, oauth2: oauth2(), accessToken: "expired", refreshToken, version });
    let refreshes = 0;
    reader.on("refresh", () => (refreshes += 1));
    assert.equal((await reader.query("SELECT Id FROM Account LIMIT 1")).records.length, 1);
    await control("expire/access_tokens");
    const several = await Promise.all([1, 2, 3].map((count) => reader.query(`SELECT Id FROM Account LIMIT ${count}`)));
    assert.deepEqual([several.map(({ totalSize }) => totalSize), refreshes], [[1, 2, 3], 2]);
  },
};

for (const [name, check] of Object.entries(checks)) {
  try {
    await check();
    console.log(`ok: ${name}`);
  } catch (error) {
    console.log(`NOT OK: ${name}: ${error.stack}`);
    process.exitCode = 1;
  }
}
