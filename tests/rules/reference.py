# SPDX-License-Identifier: Apache-2.0
"""The rules BR-CO-10 to BR-CO-17, read from the documents once more and reckoned with decimals.

It shares nothing with the program: xml.etree walks through the tree that the program never has, and every rule
is written down for each syntax, as the artefacts of EN 16931 have it.
"""
import decimal
import re
import xml.etree.ElementTree
from decimal import Decimal

decimal.getcontext().prec = 200

UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
CII = "urn:un:unece:uncefact:data:standard:"
SPACES = {"cac": UBL + "CommonAggregateComponents-2", "cbc": UBL + "CommonBasicComponents-2",
          "rsm": CII + "CrossIndustryInvoice:100", "ram": CII + "ReusableAggregateBusinessInformationEntity:100",
          "udt": CII + "UnqualifiedDataType:100"}
ZERO = Decimal(0)
NAN = Decimal("NaN")


def number(element):
    """The number of an element; not a number if it is absent or says something else."""
    text = "" if element is None else "".join(element.itertext()).strip(" \t\r\n")
    return Decimal(text) if re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)", text, re.ASCII) else NAN


def optional(element):
    return ZERO if element is None else number(element)


def round_to(value, places):
    if value.is_nan():
        return value
    unit = Decimal(10) ** places
    return (value * unit + Decimal("0.5")).to_integral_value(decimal.ROUND_FLOOR) / unit


def round2(value):
    return round_to(value, 2)


def indicator(element):
    text = "".join(element.itertext()).strip() if element is not None else ""
    return {"true": True, "1": True, "false": False, "0": False}.get(text)


def is_vat(element):
    return element is not None and "".join(element.itertext()).strip().upper() == "VAT"


def tax_holds(tax, base, rate, slack_counts):
    if rate is None or round_to(rate, 0) == 0:
        return round_to(tax, 0) == 0
    difference = abs(abs(tax) - round2(abs(base) * rate / 100))
    return difference < 1 or (slack_counts and difference == 1)


def total_holds(total, amounts):
    """BR-CO-11 and 12."""
    return number(total) == round2(sum(amounts, ZERO)) or (total is None and not amounts)


def of_ubl(root):
    def find(element, path):
        return element.find(path, SPACES)

    def all_of(element, path):
        return element.findall(path, SPACES)

    cac = "{%s}" % SPACES["cac"]
    broken = set()
    lines = [line for name in ("InvoiceLine", "CreditNoteLine") for line in root.iter(cac + name)]
    line_sum = sum((optional(find(line, "cbc:LineExtensionAmount")) for line in lines), ZERO)
    own = {True: [], False: [], None: []}
    for each in all_of(root, "cac:AllowanceCharge"):
        own[indicator(find(each, "cbc:ChargeIndicator"))].append(optional(find(each, "cbc:Amount")))
    total = find(root, "cac:LegalMonetaryTotal")
    currency = find(root, "cbc:DocumentCurrencyCode")
    if total is not None:
        amount = {name: find(total, "cbc:" + name) for name in (
            "LineExtensionAmount", "TaxExclusiveAmount", "TaxInclusiveAmount", "AllowanceTotalAmount", "ChargeTotalAmount",
            "PrepaidAmount", "PayableRoundingAmount", "PayableAmount")}
        if number(amount["LineExtensionAmount"]) != round2(line_sum):
            broken.add(10)
        if not total_holds(amount["AllowanceTotalAmount"], own[False]):
            broken.add(11)
        if not total_holds(amount["ChargeTotalAmount"], own[True]):
            broken.add(12)
        net = (number(amount["LineExtensionAmount"]) - optional(amount["AllowanceTotalAmount"])
               + optional(amount["ChargeTotalAmount"]))
        if amount["AllowanceTotalAmount"] is not None or amount["ChargeTotalAmount"] is not None:
            net = round2(net)
        if number(amount["TaxExclusiveAmount"]) != net:
            broken.add(13)
        right = number(amount["TaxInclusiveAmount"])
        left = number(amount["PayableAmount"])
        if amount["PrepaidAmount"] is not None:
            right = round2(right - number(amount["PrepaidAmount"]))
        if amount["PayableRoundingAmount"] is not None:
            left = round2(left - number(amount["PayableRoundingAmount"]))
        if left != right:
            broken.add(16)
    taxes = all_of(root, "cac:TaxTotal")
    for tax in taxes:
        parts = all_of(tax, "cac:TaxSubtotal")
        if parts and number(find(tax, "cbc:TaxAmount")) != round2(
                sum((optional(find(part, "cbc:TaxAmount")) for part in parts), ZERO)):
            broken.add(14)
    if currency is not None:
        fitting = [amount for tax in taxes for amount in all_of(tax, "cbc:TaxAmount")
                   if amount.get("currencyID") == currency.text]
        if total is None or len(fitting) != 1 or number(find(total, "cbc:TaxInclusiveAmount")) != round2(
                number(find(total, "cbc:TaxExclusiveAmount")) + number(fitting[0])):
            broken.add(15)
    for tax in root.iter(cac + "TaxTotal"):
        for part in all_of(tax, "cac:TaxSubtotal"):
            rates = [number(rate) for category in all_of(part, "cac:TaxCategory")
                     if is_vat(find(category, "cac:TaxScheme/cbc:ID")) for rate in all_of(category, "cbc:Percent")]
            if not tax_holds(number(find(part, "cbc:TaxAmount")), number(find(part, "cbc:TaxableAmount")),
                             rates[0] if rates else None, False):
                broken.add(17)
    return broken


def of_cii(root):
    def find(element, path):
        return element.find(path, SPACES)

    def all_of(element, path):
        return element.findall(path, SPACES)

    broken = set()
    settlement = "rsm:SupplyChainTradeTransaction/ram:ApplicableHeaderTradeSettlement"
    line_sum = sum((number(amount) for amount in all_of(
        root, "rsm:SupplyChainTradeTransaction/ram:IncludedSupplyChainTradeLineItem/ram:SpecifiedLineTradeSettlement"
        "/ram:SpecifiedTradeSettlementLineMonetarySummation/ram:LineTotalAmount")), ZERO)
    own = {True: [], False: [], None: []}
    for each in all_of(root, settlement + "/ram:SpecifiedTradeAllowanceCharge"):
        own[indicator(find(each, "ram:ChargeIndicator/udt:Indicator"))].append(optional(find(each, "ram:ActualAmount")))
    parts = all_of(root, settlement + "/ram:ApplicableTradeTax")
    tax_sum = sum((optional(find(part, "ram:CalculatedAmount")) for part in parts), ZERO)
    total = find(root, settlement + "/ram:SpecifiedTradeSettlementHeaderMonetarySummation")
    currency = find(root, settlement + "/ram:InvoiceCurrencyCode")
    for part in parts:
        rate = find(part, "ram:RateApplicablePercent") if is_vat(find(part, "ram:TypeCode")) else None
        if not tax_holds(number(find(part, "ram:CalculatedAmount")), number(find(part, "ram:BasisAmount")),
                         None if rate is None else number(rate), True):
            broken.add(17)
    if total is None:
        return broken | ({15} if currency is not None else set())
    lines, allowances, charges, net, gross, prepaid, rounding, due = (find(total, "ram:" + name) for name in (
        "LineTotalAmount", "AllowanceTotalAmount", "ChargeTotalAmount", "TaxBasisTotalAmount", "GrandTotalAmount",
        "TotalPrepaidAmount", "RoundingAmount", "DuePayableAmount"))
    if number(lines) != round2(line_sum):
        broken.add(10)
    if not total_holds(allowances, own[False]):
        broken.add(11)
    if not total_holds(charges, own[True]):
        broken.add(12)
    if number(net) != round2(number(lines) - optional(allowances) + optional(charges)):
        broken.add(13)
    if currency is not None:
        fitting = [tax for tax in all_of(total, "ram:TaxTotalAmount") if tax.get("currencyID") == currency.text]
        if any(number(tax) != round2(tax_sum) for tax in fitting):
            broken.add(14)
        if number(gross) != number(net) and (
                len(fitting) != 1 or number(gross) != round2(number(net) + number(fitting[0]))):
            broken.add(15)
    if number(due) != number(gross) - optional(prepaid) + optional(rounding):
        broken.add(16)
    return broken


def broken_rules(text):
    """The numbers of the rules that the document breaks."""
    root = xml.etree.ElementTree.fromstring(text)
    return of_cii(root) if root.tag.endswith("}CrossIndustryInvoice") else of_ubl(root)
