"""simple-salesforce judges the Salesforce emulator.

stdin: {"url", "clientId", "clientSecret", "username", "password", "securityToken"}; the emulator has 4,500 contacts.
The client speaks https to hosts below salesforce.com, so an adapter leads all that it sends to the emulator.
"""

import json
import sys
import urllib.request
from urllib.parse import urlsplit, urlunsplit

import requests
from requests.adapters import HTTPAdapter
from simple_salesforce import Salesforce, format_soql
from simple_salesforce.exceptions import (
    SalesforceAuthenticationFailed,
    SalesforceExpiredSession,
    SalesforceMalformedRequest,
    SalesforceResourceNotFound,
)

given = json.load(sys.stdin)


class ToTheEmulator(HTTPAdapter):
    def send(self, request, **options):
        _, _, path, query, fragment = urlsplit(request.url)
        request.url = urlunsplit((*urlsplit(given["url"])[:2], path, query, fragment))
        return super().send(request, **options)


def session():
    made = requests.Session()
    made.mount("https://", ToTheEmulator())
    return made


def control(path):
    request = urllib.request.Request(f"{given['url']}/_control/{path}", method="POST", data=b"")
    urllib.request.urlopen(request).close()


def refused(kind, call, code):
    try:
        call()
    except kind as error:
        assert error.content[0]["errorCode"] == code, error.content
        return error.content[0]
    raise AssertionError(f"answered although {code} was due")


user = {"username": given["username"], "password": given["password"], "security_token": given["securityToken"]}
sf = Salesforce(**user, session=session(), version="60.0")


def login():
    try:
        Salesforce(**{**user, "password": "wrong"}, session=session())
    except SalesforceAuthenticationFailed as error:
        assert error.code == "INVALID_LOGIN", error
    else:
        raise AssertionError("a wrong password was taken")
    keys = {"consumer_key": given["clientId"], "consumer_secret": given["clientSecret"]}
    by_client = Salesforce(**keys, domain="acme.my", session=session(), version="60.0")
    assert by_client.query("SELECT COUNT() FROM Contact")["totalSize"] == 4500
    by_password = Salesforce(username=user["username"], password=user["password"], **keys, session=session(), version="60.0")
    assert by_password.query("SELECT COUNT() FROM Contact")["totalSize"] == 4500


def queries():
    page = sf.query("SELECT Id, LastName FROM Contact ORDER BY LastName DESC NULLS LAST, Id")
    names = []
    while True:
        names += [record["LastName"] for record in page["records"]]
        if page["done"]:
            break
        page = sf.query_more(page["nextRecordsUrl"], identifier_is_url=True)
    assert len(names) == 4500 and names == sorted(names, key=str.lower, reverse=True), names[:20]
    assert sum(1 for _ in sf.query_all_iter("SELECT Id FROM Contact")) == 4500
    found = sf.query(format_soql("SELECT Id FROM Contact WHERE LastName = {}", "O'Neill"))
    assert 0 < found["totalSize"] == names.count("O'Neill")
    assert sf.api_usage["api-usage"].used > 0


def records():
    made = sf.Contact.create({"LastName": "Lovelace", "Birthdate": "1815-12-10", "HasOptedOutOfEmail": True, "Score__c": 1.5})
    read = sf.Contact.get(made["id"])
    assert (read["Name"], read["Birthdate"], read["HasOptedOutOfEmail"], read["Score__c"]) == ("Lovelace", "1815-12-10", True, 1.5)
    assert sf.Contact.update(made["id"], {"FirstName": "Ada"}) == 204
    assert sf.Contact.get(made["id"])["Name"] == "Ada Lovelace"
    assert sf.Contact.delete(made["id"]) == 204
    soql = f"SELECT Id, IsDeleted FROM Contact WHERE IsDeleted = true AND Id = '{made['id']}'"
    assert sf.query(soql)["totalSize"] == 0
    assert sf.query(soql, include_deleted=True)["records"][0]["IsDeleted"] is True


def described():
    assert {"Contact", "Invoice__c"} <= {found["name"] for found in sf.describe()["sobjects"]}
    fields = {field["name"]: field for field in sf.Contact.describe()["fields"]}
    assert (fields["Birthdate"]["type"], fields["Interests__c"]["type"]) == ("date", "multipicklist")
    assert sf.limits()["DailyApiRequests"]["Max"] > 0


def errors():
    told = refused(SalesforceMalformedRequest, lambda: sf.query("SELECT Id FROM Contact WHERE"), "MALFORMED_QUERY")
    assert told["message"].endswith("unexpected token: '<EOF>'"), told
    refused(SalesforceMalformedRequest, lambda: sf.Contact.create({"LastName": "x", "Score__c": "many"}), "JSON_PARSER_ERROR")
    refused(SalesforceResourceNotFound, lambda: sf.Contact.get("0035e0000zzzzzzAAA"), "NOT_FOUND")
    stranger = Salesforce(instance_url=given["url"], session_id="wrong", session=session())
    refused(SalesforceExpiredSession, lambda: stranger.query("SELECT Id FROM Contact"), "INVALID_SESSION_ID")


def ended_sessions():
    control("expire/access_tokens")
    assert sf.query("SELECT COUNT() FROM Account")["totalSize"] == 40


for check in (login, queries, records, described, errors, ended_sessions):
    check()
    print(f"ok: {check.__name__}")
