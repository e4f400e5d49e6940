# SPDX-License-Identifier: Apache-2.0
"""Random invoices in both syntaxes: right ones, and such as are wrong by a cent, by less, or by a missing term."""
from decimal import ROUND_FLOOR, Decimal

UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
CII = "urn:un:unece:uncefact:data:standard:"
OFFSETS = [Decimal(text) for text in ("0.01", "-0.01", "0.004", "0.005", "-0.005", "0.99", "1.00", "-1.00", "1.01")]


def round2(value):
    return (value * 100 + Decimal("0.5")).to_integral_value(ROUND_FLOOR) / 100


def amount(rng):
    digits = rng.choice([2, 2, 2, 2, 3, 4])
    return Decimal(rng.randint(-300, 3000) * rng.choice([1, 7, 101]) + rng.randint(0, 99)) / 10 ** digits


class Numbers:
    """The numbers of an invoice that is right, and then spoilt a little."""

    def __init__(self, rng):
        self.rng = rng
        self.lines = [amount(rng) for _ in range(rng.choice([0, 1, 1, 2, 3, 5]))]
        self.allowances = [amount(rng) for _ in range(rng.choice([0, 0, 0, 1, 2]))]
        self.charges = [amount(rng) for _ in range(rng.choice([0, 0, 0, 1, 2]))]
        line_total = round2(sum(self.lines, Decimal(0)))
        terms = {"lines": line_total}
        if self.allowances or rng.random() < 0.1:
            terms["allowances"] = round2(sum(self.allowances, Decimal(0)))
        if self.charges or rng.random() < 0.1:
            terms["charges"] = round2(sum(self.charges, Decimal(0)))
        net = line_total - terms.get("allowances", 0) + terms.get("charges", 0)
        rates = [Decimal(rate) for rate in rng.sample(["19", "7", "5.5", "0", "0.4", "0.5", "25"], rng.choice([1, 1, 2]))]
        bases = [net] if len(rates) == 1 else [amount(rng), Decimal(0)]
        if len(rates) == 2:
            bases[1] = net - bases[0]
        self.breakdown = [[base, rate, round2(base * rate / 100)] for base, rate in zip(bases, rates)]
        tax = round2(sum((part[2] for part in self.breakdown), Decimal(0)))
        gross = round2(net + tax)
        terms.update(net=net, tax=tax, gross=gross)
        if rng.random() < 0.3:
            terms["prepaid"] = amount(rng)
        if rng.random() < 0.2:
            terms["rounding"] = rng.choice(OFFSETS)
        terms["due"] = gross - terms.get("prepaid", 0) + terms.get("rounding", 0)
        if rng.random() < 0.7:
            terms["due"] = round2(terms["due"])
        self.terms = {name: f"{value:f}" for name, value in terms.items()}
        self.currency = "EUR" if rng.random() < 0.95 else None
        self.tax_currencies = rng.choice([["EUR"]] * 8 + [["EUR", "GBP"], ["GBP"], ["EUR", "EUR"], []])
        self.scheme = rng.choice(["VAT"] * 8 + [" vat ", "GST"])
        for _ in range(rng.choice([0, 0, 1, 1, 2])):
            self.spoil()

    def spoil(self):
        rng = self.rng
        what = rng.random()
        if what < 0.2:
            part = rng.choice(self.breakdown)
            part[rng.randrange(3)] += rng.choice(OFFSETS)
        elif what < 0.3 and self.lines:
            self.lines[rng.randrange(len(self.lines))] += rng.choice(OFFSETS)
        else:
            name = rng.choice(list(self.terms))
            if what < 0.8:
                try:
                    self.terms[name] = f"{Decimal(self.terms[name]) + rng.choice(OFFSETS):f}"
                except ArithmeticError:
                    pass
            elif what < 0.9:
                self.terms.pop(name)
                self.terms.setdefault("due", "1")
            else:
                self.terms[name] = rng.choice(["", "1,00", "1e2", " +7.50 ", "-.5", "5.", "NaN", "0" * 40 + "1"])


def element(name, value, attributes=""):
    return "" if value is None else f"<{name}{attributes}>{value}</{name}>"


def nested_tax(rng, chance):
    """A total of tax within another one, perhaps with one in itself."""
    if rng.random() >= chance:
        return ""
    base, rate = amount(rng), Decimal(rng.choice(["19", "7"]))
    tax = round2(abs(base) * rate / 100) + (rng.choice(OFFSETS) if rng.random() < 0.3 else 0)
    return ("<cac:TaxTotal>" + element("cbc:TaxAmount", "1") + "<cac:TaxSubtotal>" + nested_tax(rng, 0.3)
            + element("cbc:TaxableAmount", f"{base:f}") + element("cbc:TaxAmount", f"{tax:f}") + "<cac:TaxCategory>"
            + element("cbc:Percent", f"{rate:f}") + "<cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme>"
            + nested_tax(rng, 0.3) + "</cac:TaxCategory></cac:TaxSubtotal></cac:TaxTotal>")


def nested_lines(rng, kind, lines):
    """The lines one after the other, or some of them in the one before, on either side of its amount."""
    texts = []
    for line in reversed(lines):
        inner = texts.pop() if texts and rng.random() < 0.15 else ""
        if inner and rng.random() < 0.5:
            inner = f"<cac:SubInvoiceLine>{inner}</cac:SubInvoiceLine>"
        own = element("cbc:LineExtensionAmount", f"{line:f}")
        texts.append(f"<cac:{kind}Line>{rng.choice([own + inner, inner + own])}</cac:{kind}Line>")
    return texts[::-1]


def ubl(numbers):
    terms, kind = numbers.terms, numbers.rng.choice(["Invoice", "CreditNote"])
    of_tax = "".join(nested_tax(numbers.rng, 0.1) +
        "<cac:TaxSubtotal>" + element("cbc:TaxableAmount", f"{base:f}") + element("cbc:TaxAmount", f"{tax:f}")
        + "<cac:TaxCategory>" + element("cbc:Percent", f"{rate:f}") + "<cac:TaxScheme>"
        + element("cbc:ID", numbers.scheme) + "</cac:TaxScheme>" + nested_tax(numbers.rng, 0.1)
        + "</cac:TaxCategory>" + nested_tax(numbers.rng, 0.1) + "</cac:TaxSubtotal>"
        for base, rate, tax in numbers.breakdown)
    parts = [element("cbc:DocumentCurrencyCode", numbers.currency)]
    parts += [f"<cac:AllowanceCharge><cbc:ChargeIndicator>{'true' if is_charge else 'false'}</cbc:ChargeIndicator>"
              f"<cbc:Amount>{value:f}</cbc:Amount></cac:AllowanceCharge>"
              for is_charge, values in ((False, numbers.allowances), (True, numbers.charges)) for value in values]
    parts += ["<cac:TaxTotal>" + element("cbc:TaxAmount", terms.get("tax"), f' currencyID="{currency}"')
              + (of_tax if index == 0 else "") + "</cac:TaxTotal>"
              for index, currency in enumerate(numbers.tax_currencies)]
    names = {"LineExtensionAmount": "lines", "TaxExclusiveAmount": "net", "TaxInclusiveAmount": "gross",
             "AllowanceTotalAmount": "allowances", "ChargeTotalAmount": "charges", "PrepaidAmount": "prepaid",
             "PayableRoundingAmount": "rounding", "PayableAmount": "due"}
    parts.append("<cac:LegalMonetaryTotal>" + "".join(
        element("cbc:" + name, terms.get(term)) for name, term in names.items()) + "</cac:LegalMonetaryTotal>")
    parts += nested_lines(numbers.rng, kind, numbers.lines)
    if numbers.rng.random() < 0.2:
        numbers.rng.shuffle(parts)
    return (f'<{kind} xmlns="{UBL}{kind}-2" xmlns:cac="{UBL}CommonAggregateComponents-2" '
            f'xmlns:cbc="{UBL}CommonBasicComponents-2">' + "\n".join(parts) + f"</{kind}>")


def cii(numbers):
    terms = numbers.terms
    lines = "".join("<ram:IncludedSupplyChainTradeLineItem><ram:SpecifiedLineTradeSettlement>"
                    "<ram:SpecifiedTradeSettlementLineMonetarySummation>" + element("ram:LineTotalAmount", f"{line:f}")
                    + "</ram:SpecifiedTradeSettlementLineMonetarySummation></ram:SpecifiedLineTradeSettlement>"
                    "</ram:IncludedSupplyChainTradeLineItem>" for line in numbers.lines)
    parts = [element("ram:InvoiceCurrencyCode", numbers.currency)]
    parts += ["<ram:ApplicableTradeTax>" + element("ram:CalculatedAmount", f"{tax:f}")
              + element("ram:TypeCode", numbers.scheme) + element("ram:BasisAmount", f"{base:f}")
              + element("ram:RateApplicablePercent", f"{rate:f}") + "</ram:ApplicableTradeTax>"
              for base, rate, tax in numbers.breakdown]
    parts += ["<ram:SpecifiedTradeAllowanceCharge><ram:ChargeIndicator>"
              + element("udt:Indicator", "true" if is_charge else "false") + "</ram:ChargeIndicator>"
              + element("ram:ActualAmount", f"{value:f}") + "</ram:SpecifiedTradeAllowanceCharge>"
              for is_charge, values in ((False, numbers.allowances), (True, numbers.charges)) for value in values]
    names = [("LineTotalAmount", "lines"), ("ChargeTotalAmount", "charges"), ("AllowanceTotalAmount", "allowances"),
             ("TaxBasisTotalAmount", "net"), ("RoundingAmount", "rounding"), ("GrandTotalAmount", "gross"),
             ("TotalPrepaidAmount", "prepaid"), ("DuePayableAmount", "due")]
    totals = "".join(element("ram:" + name, terms.get(term)) for name, term in names)
    totals += "".join(element("ram:TaxTotalAmount", terms.get("tax"), f' currencyID="{currency}"')
                      for currency in numbers.tax_currencies)
    parts.append("<ram:SpecifiedTradeSettlementHeaderMonetarySummation>" + totals
                 + "</ram:SpecifiedTradeSettlementHeaderMonetarySummation>")
    return (f'<rsm:CrossIndustryInvoice xmlns:rsm="{CII}CrossIndustryInvoice:100" xmlns:udt="{CII}UnqualifiedDataType:100" '
            f'xmlns:ram="{CII}ReusableAggregateBusinessInformationEntity:100"><rsm:SupplyChainTradeTransaction>{lines}'
            "<ram:ApplicableHeaderTradeSettlement>" + "\n".join(parts)
            + "</ram:ApplicableHeaderTradeSettlement></rsm:SupplyChainTradeTransaction></rsm:CrossIndustryInvoice>")


def document(rng):
    return rng.choice([ubl, cii])(Numbers(rng))
