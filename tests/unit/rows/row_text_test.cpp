// SPDX-License-Identifier: Apache-2.0
#include "clerk/rows/row_text.hpp"

#include <nlohmann/json.hpp>
#include <string>

#include "tests/support/catch.hpp"
#include "tests/support/text.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

void set(LedgerRow& row, std::size_t column, std::string_view text) {
    row[column] = {true, 0, text};
}
void set(LedgerRow& row, std::size_t column, std::int64_t number) {
    row[column] = {true, number, {}};
}

nlohmann::json json_of(const LedgerRow& row) {
    std::string text;
    append_json(row, text);
    CHECK(text.back() == '\n');
    CHECK(text.find('\n') == text.size() - 1);
    return nlohmann::json::parse(text);
}

}  // namespace

TEST_CASE("csv quotes what needs it, and leaves what is not set empty", "[row_text]") {
    LedgerRow row{};
    set(row, ledger_column("id"), "a,b");
    set(row, ledger_column("source"), "plain");
    set(row, ledger_column("position"), -1);
    set(row, ledger_column("reason"), "say \"no\"\nagain\r\x1b");
    set(row, ledger_column("result"), "");
    set(row, ledger_column("digest"), "00ff");
    std::string line;
    append_csv(row, line);
    CHECK(line.starts_with("\"a,b\",plain,-1,,,"));
    CHECK(line.ends_with(",00ff\r\n"));
    check_mentions(line,
                   ",\"say \"\"no\"\"\nagain\\x0d\\x1b\",\"\",");  // the empty text is not what is not set
    CHECK(times_in(line, ",") - 1 == kLedgerColumns.size() - 1);   // and the one in the id
    CHECK(times_in(csv_heading(), ",") == kLedgerColumns.size() - 1);
    CHECK(csv_heading().starts_with("id,source,position,status,"));
    CHECK(csv_heading().ends_with(",record,digest\r\n"));
}

TEST_CASE("JSON gives back every text exactly, and shows nothing that a terminal obeys", "[row_text]") {
    LedgerRow row{};
    const std::string text =
        "quote \" slash \\ tab \t line\nescape \x1b[2J \xc3\xbc \xf0\x9f\x98\x80 right to left \xe2\x80\xae "
        "zero \xe2\x80\x8b";
    set(row, ledger_column("output"), text);
    set(row, ledger_column("net"), -5);
    const auto json = json_of(row);
    CHECK(json["output"] == text);
    CHECK(json["net"] == -5);
    CHECK(json["gross"].is_null());
    CHECK(json.size() == kLedgerColumns.size());
    std::string line;
    append_json(row, line);
    for (const auto* part : {"\x1b", "\t", "\xe2\x80\xae", "\xe2\x80\x8b"})
        CHECK(line.find(part) == std::string::npos);
    check_mentions(line, "\xc3\xbc \xf0\x9f\x98\x80");
    set(row, ledger_column("output"), std::string_view("\xff\0", 2));
    CHECK(json_of(row)["output"] == "\xef\xbf\xbd\xef\xbf\xbd");
    // A character beyond the first 65,536 that nobody sees takes two surrogates.
    set(row, ledger_column("output"), "\xf3\xa0\x80\x81");
    CHECK(json_of(row)["output"] == "\xf3\xa0\x80\x81");
}
