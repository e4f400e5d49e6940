#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares a ledger with what tools/make-invoices made its spool to be.

    compare_run.py EXPECTED.json LEDGER

Every wrong invoice must be rejected by exactly the one rule it breaks, every other one be booked, and the sums of the
booked ones be right to the cent in each currency. Prints one line and the rejected invoices by rule; the exit status
is 1, with the first differences, if something is not as it was made.
"""
import collections
import json
import sqlite3
import sys


def differences(expected, ledger):
    rows = ledger.execute("SELECT id, status, coalesce(reason, '') FROM invoices").fetchall()
    rejected = {invoice: reason for invoice, status, reason in rows if status == "rejected"}
    booked = sum(status == "booked" for _, status, _ in rows)
    if len(rows) != expected["count"]:
        yield f"{len(rows)} invoices are in the ledger, {expected['count']} were made"
    if booked != expected["booked"]:
        yield f"{booked} are booked, {expected['booked']} were made right"
    for invoice, status, reason in rows:
        if status == "failed":
            yield f"{invoice} failed: {reason}"
    for invoice, rule in expected["wrong"].items():
        if invoice not in rejected:
            yield f"{invoice} breaks {rule} and is not rejected"
    for invoice, reason in rejected.items():
        reason = reason.split(":")[0]  # the figures follow
        rule = expected["wrong"].get(invoice, "no rule")
        if reason != rule:
            yield f"{invoice} breaks {rule} and is rejected for {reason}"
    sums = ledger.execute("SELECT currency, sum(net), sum(tax), sum(gross), sum(due) FROM invoices "
                          "WHERE status = 'booked' GROUP BY currency ORDER BY currency").fetchall()
    totals = [(currency, t["net"], t["tax"], t["gross"], t["due"]) for currency, t in expected["totals"].items()]
    for found, made in zip(sums, totals):
        if found != made:
            yield f"the booked sums are {found}, they were made {made}"


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        expected = json.load(file)
    ledger = sqlite3.connect(f"file:{sys.argv[2]}?mode=ro", uri=True)
    found = list(differences(expected, ledger))
    if found:
        print("NOT as it was made to be:")
        print("\n".join("  " + line for line in found[:10]))
        sys.exit(1)
    rules = collections.Counter(expected["wrong"].values())
    print(f"As it was made to be: {expected['booked']} booked, {expected['rejected']} rejected, each by the one rule it\n"
          "breaks; the sums of the booked ones are right to the cent. Rejected by rule:")
    print("  " + "  ".join(f"{rule[6:]}: {count}" for rule, count in sorted(rules.items())) + "   (BR-CO-...)")


if __name__ == "__main__":
    main()
