// HubSpot's own client for Node judges the emulator. Argument: the emulator's base URL (350 contacts, 40 companies, 5 cars, token "secret").
// Packages live outside the clone, so they are required from AMPLINE_NPM_DIR.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import path from "node:path";

const require = createRequire(path.join(process.env.AMPLINE_NPM_DIR, "package.json"));
const { Client } = require("@hubspot/api-client");
const basePath = process.argv[2];
const hubspot = new Client({ accessToken: "secret", basePath, numberOfApiCallRetries: 0 });
const { contacts, companies, properties } = hubspot.crm;

async function refused(promise, code) {
  const error = await promise.then(
    () => assert.fail(`answered although ${code} was due`),
    (error) => error,
  );
  assert.equal(error.code, code, error.message);
  assert.equal(error.body.status, "error");
  assert.equal(typeof error.body.message, "string");
  assert.equal(typeof error.body.correlationId, "string");
  return error;
}

const checks = {
  async "lists page by page with the properties asked for"() {
    const ids = [];
    let after;
    do {
      const page = await contacts.basicApi.getPage(100, after, ["email", "lastname"]);
      for (const contact of page.results) {
        ids.push(Number(contact.id));
        assert.deepEqual(Object.keys(contact.properties), ["createdate", "email", "hs_object_id", "lastmodifieddate", "lastname"]);
        assert.ok(contact.createdAt instanceof Date && !Number.isNaN(contact.updatedAt.getTime()));
        assert.equal(contact.archived, false);
      }
      after = page.paging?.next.after;
    } while (after !== undefined);
    assert.deepEqual(ids, Array.from({ length: 350 }, (_, n) => n + 1));
    assert.equal((await contacts.getAll(100)).length, 350);
  },

  async "searches with filters, sorts and paging"() {
    const request = {
      filterGroups: [{ filters: [{ propertyName: "hs_object_id", operator: "GT", value: "99" }] }],
      sorts: ["hs_object_id"],
      properties: ["email"],
      limit: 200,
    };
    const first = await contacts.searchApi.doSearch(request);
    assert.equal(first.total, 251);
    assert.deepEqual([first.results.length, first.results[0].id, first.paging.next.after], [200, "100", "200"]);
    const second = await contacts.searchApi.doSearch({ ...request, after: "200" });
    assert.deepEqual([second.results.length, second.results[50].id, second.paging], [51, "350", undefined]);
    const since = second.results[0].properties.lastmodifieddate;
    const later = { propertyName: "lastmodifieddate", operator: "GTE", value: since };
    const recent = await contacts.searchApi.doSearch({ filterGroups: [{ filters: [later] }], sorts: ["-lastmodifieddate"], limit: 1 });
    assert.deepEqual([recent.total, recent.results[0].id], [51, "350"]);
  },

  async "refuses to page past the cap, a bad filter, an unknown id"() {
    const error = await refused(contacts.searchApi.doSearch({ limit: 100, after: "9901" }), 400);
    assert.match(error.body.message, /10000/);
    const filter = { propertyName: "nothing", operator: "EQ", value: "1" };
    await refused(contacts.searchApi.doSearch({ filterGroups: [{ filters: [filter] }] }), 400);
    assert.equal((await refused(contacts.basicApi.getById("999999"), 404)).body.category, "OBJECT_NOT_FOUND");
    const stranger = new Client({ accessToken: "wrong", basePath, numberOfApiCallRetries: 0 });
    assert.equal((await refused(stranger.crm.contacts.basicApi.getPage(), 401)).body.category, "INVALID_AUTHENTICATION");
  },

  async "creates, updates and archives"() {
    const made = await companies.basicApi.create({ properties: { name: "Ampline", domain: "ampline.example" }, associations: [] });
    assert.deepEqual([made.id, made.properties.name], ["41", "Ampline"]);
    const changed = await companies.basicApi.update(made.id, { properties: { name: "Ampline Ltd" } });
    assert.ok(changed.updatedAt >= made.updatedAt);
    assert.equal((await companies.basicApi.getById(made.id, ["name"])).properties.name, "Ampline Ltd");
    const filter = { propertyName: "name", operator: "EQ", value: "ampline ltd" };
    assert.equal((await companies.searchApi.doSearch({ filterGroups: [{ filters: [filter] }] })).total, 1);
    await companies.basicApi.archive(made.id);
    await refused(companies.basicApi.getById(made.id), 404);
    assert.equal((await companies.searchApi.doSearch({ filterGroups: [{ filters: [filter] }] })).total, 0);
    const archived = await companies.basicApi.getPage(100, undefined, undefined, undefined, undefined, true);
    assert.deepEqual(archived.results.map((company) => company.id), [made.id]);
    assert.ok(archived.results[0].archivedAt instanceof Date);
  },

  async "works in batches"() {
    const read = await contacts.batchApi.read({ inputs: [{ id: "7" }, { id: "123" }], properties: ["email"], propertiesWithHistory: [] });
    assert.deepEqual([read.status, read.results.map((contact) => contact.id)], ["COMPLETE", ["7", "123"]]);
    const partly = await contacts.batchApi.read({ inputs: [{ id: "7" }, { id: "999999" }], properties: [], propertiesWithHistory: [] });
    assert.deepEqual([partly.results.length, partly.numErrors], [1, 1]);
    const made = await companies.batchApi.create({ inputs: [{ properties: { name: "A" } }, { properties: { name: "B" } }] });
    assert.deepEqual(made.results.map((company) => company.properties.name), ["A", "B"]);
    const inputs = made.results.map(({ id }) => ({ id, properties: { name: "C" } }));
    const changed = await companies.batchApi.update({ inputs });
    assert.deepEqual(changed.results.map((company) => company.properties.name), ["C", "C"]);
  },

  async "associates records, and lists carry associations along"() {
    const { associations } = hubspot.crm;
    const made = await associations.v4.basicApi.createDefault("contacts", "3", "companies", "7");
    assert.deepEqual([made.status, made.results[0]._from.id, made.results[0].to.id], ["COMPLETE", "3", "7"]);
    await associations.v4.basicApi.createDefault("contacts", "3", "cars", "2");
    const batch = await associations.v4.batchApi.getPage("contacts", "companies", { inputs: [{ id: "3" }] });
    assert.equal(batch.results[0]._from.id, "3");
    assert.deepEqual(batch.results[0].to.map((end) => Number(end.toObjectId)), [7]);
    assert.deepEqual(batch.results[0].to[0].associationTypes.map((kind) => [kind.category, kind.typeId]), [["HUBSPOT_DEFINED", 279]]);
    const partly = await associations.v4.batchApi.getPage("contacts", "companies", { inputs: [{ id: "3" }, { id: "4" }] });
    assert.deepEqual([partly.results.length, partly.numErrors], [1, 1]);
    const page = await associations.v4.basicApi.getPage("companies", "7", "contacts");
    assert.deepEqual(page.results.map((end) => Number(end.toObjectId)), [3]);
    const listed = await contacts.basicApi.getPage(3, undefined, ["email"], undefined, ["companies", "cars"]);
    assert.deepEqual(listed.results.map((contact) => Object.keys(contact.associations ?? {}).sort()), [[], [], ["cars", "companies"]]);
    assert.deepEqual(listed.results[2].associations.companies.results.map((end) => [end.id, end.type]), [["7", "contact_to_company"]]);
    await associations.v4.basicApi.archive("contacts", "3", "companies", "7");
    assert.deepEqual((await associations.v4.basicApi.getPage("companies", "7", "contacts")).results, []);
  },

  async "knows custom objects by their three names"() {
    const { objects, schemas } = hubspot.crm;
    const all = await schemas.coreApi.getAll();
    const [cars] = all.results;
    assert.deepEqual([all.results.length, cars.name, cars.fullyQualifiedName, cars.labels.singular], [1, "cars", "p62515_cars", "car"]);
    assert.match(cars.objectTypeId, /^2-\d+$/);
    for (const name of ["cars", cars.fullyQualifiedName, cars.objectTypeId]) {
      assert.equal((await objects.basicApi.getPage(name, 2, undefined, ["name"])).results.length, 2);
      assert.equal((await schemas.coreApi.getById(name)).name, "cars");
      assert.ok((await properties.coreApi.getAll(name)).results.some((property) => property.name === "name" && !property.hubspotDefined));
    }
    const made = await objects.basicApi.create("cars", { properties: { name: "Beetle" }, associations: [] });
    const read = await objects.batchApi.read(cars.objectTypeId, { inputs: [{ id: made.id }], properties: ["name"], propertiesWithHistory: [] });
    assert.equal(read.results[0].properties.name, "Beetle");
    await objects.basicApi.archive("cars", made.id);
    const archived = await objects.basicApi.getPage(cars.fullyQualifiedName, 10, undefined, undefined, undefined, undefined, true);
    assert.deepEqual([archived.results[0].id, archived.results[0].archived, archived.results[0].archivedAt instanceof Date], [made.id, true, true]);
  },

  async "merges records"() {
    const made = await companies.batchApi.create({ inputs: [{ properties: { name: "Kept" } }, { properties: { domain: "gone.example" } }] });
    const [primaryObjectId, objectIdToMerge] = made.results.map((company) => company.id);
    await companies.basicApi.merge({ primaryObjectId, objectIdToMerge });
    const merged = await companies.basicApi.getById(primaryObjectId, ["name", "domain"]);
    assert.deepEqual([merged.properties.name, merged.properties.domain], ["Kept", "gone.example"]);
    await refused(companies.basicApi.getById(objectIdToMerge), 404);
  },

  async "describes properties"() {
    const all = await properties.coreApi.getAll("contacts");
    const modified = all.results.find((property) => property.name === "lastmodifieddate");
    assert.deepEqual([modified.type, modified.modificationMetadata.readOnlyValue], ["datetime", true]);
    assert.equal((await properties.coreApi.getByName("companies", "annualrevenue")).type, "number");
    const stage = await properties.coreApi.getByName("contacts", "lifecyclestage");
    assert.deepEqual(stage.options.map((option) => option.value), ["subscriber", "lead", "opportunity", "customer"]);
  },

  async "limits rates in the shape the client's own retries look for"() {
    const set = (limits) => fetch(`${basePath}/_control/settings`, { method: "PUT", headers: { "content-type": "application/json" }, body: JSON.stringify({ limits }) });
    await set({ per_ten_seconds: 0 });
    const rolling = await refused(contacts.basicApi.getPage(1), 429);
    assert.deepEqual([rolling.body.category, rolling.body.policyName], ["RATE_LIMITS", "TEN_SECONDLY_ROLLING"]);
    assert.equal(rolling.headers["x-hubspot-ratelimit-max"], "0");
    await set({ searches_per_second: 0 });
    const secondly = await refused(contacts.searchApi.doSearch({}), 429);
    assert.deepEqual([secondly.body.policyName, secondly.body.message], ["SECONDLY", "You have reached your secondly limit."]);
    await set({});
    await fetch(`${basePath}/_control/faults`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ times: 1, answer: { status: { status: 503 } } }) });
    const patient = new Client({ accessToken: "secret", basePath, numberOfApiCallRetries: 2 });
    assert.equal((await patient.crm.contacts.basicApi.getPage(1)).results.length, 1);
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
