// SPDX-License-Identifier: Apache-2.0
#include "consumer/protocol/answer.hpp"

#include <limits>
#include <memory>
#include <string>

#include "common/core/terms/invoice_terms.hpp"
#include "consumer/protocol/request.hpp"
#include "tests/support/catch.hpp"

using namespace pipeline;

namespace {

// "STATUS REASON", or what is wrong with the answer.
std::string read(const std::string& line) {
    Result result;
    const Answer answer = read_answer(line, result);
    if (answer.kind == Answer::Kind::None) return "none: " + answer.problem;
    if (answer.kind == Answer::Kind::Refused) return "refused: " + answer.problem;
    std::string text(to_text(result.status));
    if (result.has_details && !result.details.reason_text().empty())
        text += " " + std::string(result.details.reason_text());
    return text;
}

Details details_of(const std::string& line) {
    Result result;
    REQUIRE(read_answer(line, result).kind == Answer::Kind::Understood);
    REQUIRE(result.has_details);
    return result.details;
}

}  // namespace

TEST_CASE("a plain answer is a word and a reason", "[answer]") {
    CHECK(read("booked") == "booked");
    CHECK(read("booked\r") == "booked");
    CHECK(read("booked  ") == "booked");
    CHECK(read(" \tbooked") == "booked");
    CHECK(read("\xef\xbb\xbf"
               "booked") == "booked");
    CHECK(read("rejected") == "rejected");
    CHECK(read("rejected the net is wrong") == "rejected the net is wrong");
    CHECK(read("failed\tno  file\x1b[0m here") == "failed no file [0m here");
}

TEST_CASE("what is not exactly an answer is none", "[answer]") {
    CHECK(read("") == "none: \"\"");
    CHECK(read("Booked") == "none: \"Booked\"");
    CHECK(read("booked 4711") == "none: \"booked 4711\"");
    CHECK(read("rejected: x") == "none: \"rejected: x\"");
    CHECK(read("processing 4711...") == "none: \"processing 4711...\"");
    CHECK(read(std::string(5000, 'x')).size() < 120);
}

TEST_CASE("an answer in JSON may carry what an invoice says, exactly", "[answer]") {
    CHECK(read(R"({"status": "booked"})") == "booked");
    CHECK(read(R"({"status": "failed", "reason": "no\nfile"})") == "failed no file");
    const Details details = details_of(
        R"({"reason": "BR-CO-16", "due": "-0.5", "gross": 1, "tax": "0.10", "net": 90071992547409.93,
            "currency": "EUR", "supplier": "Caf\u00e9", "status": "rejected", "id": "4711"})");
    CHECK(details.supplier_text() == "Caf\u00e9");
    CHECK(details.currency_text() == "EUR");
    CHECK(details.reason_text() == "BR-CO-16");
    CHECK(details.amounts[Details::Net] == 9'007'199'254'740'993);  // no double holds it
    CHECK(details.amounts[Details::Tax] == 10);
    CHECK(details.amounts[Details::Gross] == 100);
    CHECK(details.amounts[Details::Due] == -50);
    CHECK(details_of(R"({"status": "booked", "net": "1.500"})").amounts[Details::Net] == 150);
    CHECK(details_of(R"({"status": "booked", "net": "1.500", "currency": "KWD"})").amounts[Details::Net] ==
          1500);
    CHECK(details_of(R"({"currency": "jpy", "status": "booked", "net": 150})").amounts[Details::Net] == 150);
    CHECK(details_of(R"( {"status": "booked", "currency": "eur"})").currency_text() == "EUR");
    const Details some = details_of(R"({"status": "booked", "net": 0, "tax": null})");
    CHECK(some.has(Details::Net));
    CHECK_FALSE(some.has(Details::Tax));
}

TEST_CASE("a word after retry that begins as a time and is none is told", "[answer]") {
    const auto no_time = [](const std::string& line) {
        Result result;
        return read_answer(line, result).no_time;
    };
    CHECK(no_time("retry 90") == "90");
    CHECK(no_time("retry 5m down") == "5m");
    CHECK(read("retry 90 seconds") == "waiting 90 seconds");
    for (const auto* fine : {"retry", "retry 90s", "retry 90s 503", "retry later", "failed 90"}) {
        CAPTURE(fine);
        CHECK(no_time(fine).empty());
    }
}

TEST_CASE("what an answer in JSON holds beside that is passed over", "[answer]") {
    CHECK(read(R"({"lines": [{"net": "x", "status": 1}, []], "status": "booked", "ok": true, "n": 1.25})") ==
          "booked");
    CHECK(read("{\"x\": " + std::string(30'000, '[') + std::string(30'000, ']') +
               ", \"status\": \"booked\"}") == "booked");
}

TEST_CASE("a number too great for a double is passed over where nobody needs it", "[answer]") {
    CHECK(read(R"({"status": "booked", "other": 1e400, "text": "1e400 \\\"", "more": [-1e999]})") ==
          "booked");
    CHECK(read(R"({"status": "booked", "net": 1e400})") ==
          "refused: JSON whose net is no amount with at most two decimals: \"1e400\"");
}

TEST_CASE("JSON that may be no answer at all is none", "[answer]") {
    CHECK(read("{}") == "none: a JSON object without status: \"{}\"");
    CHECK(read(R"({"status": "done"})") ==
          "none: JSON whose status is none of booked, rejected, failed and retry: \"done\": "
          R"("{"status": "done"}")");
    CHECK(read(R"({"status": 1})") == R"(none: JSON whose status is a number: "{"status": 1}")");
    CHECK(read(R"({"status": "booked", "id": {}})") ==
          R"(none: JSON whose id is an object or an array: "{"status": "booked", "id": {}}")");
    CHECK(read(R"({"status": "booked")").starts_with("none: JSON that is malformed at byte "));
    CHECK(read(R"({"status": "booked"} {)").starts_with("none: JSON that is malformed at byte "));
    CHECK(read("{\"status\": \"booked\", \"supplier\": \"\xff\"}")
              .starts_with("none: JSON that is malformed at byte "));
    CHECK(read("{" + std::string(60'000, '[')).starts_with("none: JSON that is malformed at byte "));
}

TEST_CASE("an answer in JSON with a value that cannot be recorded is refused by its name", "[answer]") {
    CHECK(read(R"({"net": "1.234", "status": "booked"})") ==
          "refused: JSON whose net is no amount with at most two decimals: \"1.234\"");
    CHECK(read(R"({"net": "1.5", "status": "booked", "currency": "JPY"})") ==
          "refused: JSON whose net is no amount with at most 0 decimals, as JPY has: \"1.5\"");
    for (const auto* amount :
         {"1.005", "1e2", "\"1,00\"", "\"\"", "12345678901234567890", "\"99999999999999999.00\""}) {
        CAPTURE(amount);
        const std::string said = read(std::string(R"({"status": "booked", "tax": )") + amount + "}");
        CHECK(said.starts_with("refused: JSON whose tax is no amount"));
    }
    CHECK(read(R"({"status": "booked", "due": true})") == "refused: JSON whose due is true or false");
    CHECK(read(R"({"status": "booked", "gross": {"value": 1}})") ==
          "refused: JSON whose gross is an object or an array");
    CHECK(read(R"({"status": "booked", "supplier": 5})") == "refused: JSON whose supplier is a number");
    CHECK(read(R"({"status": "booked", "currency": "euro"})") ==
          "refused: JSON whose currency is not three letters: \"euro\"");
}

TEST_CASE("an answer in JSON says whose it is, as text or as a number", "[answer]") {
    Result result;
    CHECK(read_answer(R"({"status": "booked"})", result).may_be_for("4711"));
    CHECK(read_answer(R"({"status": "booked", "id": null})", result).may_be_for("4711"));
    const Answer text = read_answer(R"({"status": "booked", "id": "4711"})", result);
    CHECK(text.may_be_for("4711"));
    CHECK_FALSE(text.may_be_for("4712"));
    const Answer number = read_answer(R"({"id": 4711, "net": "x", "status": "booked"})", result);
    CHECK(number.kind == Answer::Kind::Refused);
    CHECK(number.may_be_for("4711"));
    CHECK_FALSE(number.may_be_for("17"));
}

TEST_CASE("a result that is written in JSON is read as the same", "[answer]") {
    Result result;
    result.set(Status::Rejected, "BR-CO-10 (\"quoted\")");
    result.details.set_supplier("Caf\u00e9");
    result.details.set_currency("EUR");
    result.details.set_amount(Details::Net, 12'345);
    result.details.set_amount(Details::Tax, -5);
    result.details.set_amount(Details::Due, 999'999'999'999'999'999);
    const std::string line = write_json_answer("a \"b\"", result);
    CHECK(line.back() == '\n');
    CHECK(line.find('\n') == line.size() - 1);
    Result again;
    const Answer answer = read_answer(line.substr(0, line.size() - 1), again);
    REQUIRE(answer.kind == Answer::Kind::Understood);
    CHECK(answer.id == "a \"b\"");
    CHECK(again.status == Status::Rejected);
    CHECK(again.details.reason_text() == "BR-CO-10 (\"quoted\")");
    CHECK(again.details.supplier_text() == "Caf\u00e9");
    CHECK(again.details.currency_text() == "EUR");
    CHECK(again.details.present == result.details.present);
    CHECK(again.details.amounts[Details::Net] == 12'345);
    CHECK(again.details.amounts[Details::Tax] == -5);
    CHECK(again.details.amounts[Details::Due] == 999'999'999'999'999'999);

    result.set(Status::Waiting, "the server is down");
    REQUIRE(set_retry_after("90s", result));
    const std::string of_retry = write_json_answer("1", result);
    REQUIRE(read_answer(of_retry.substr(0, of_retry.size() - 1), again).kind == Answer::Kind::Understood);
    CHECK(again.status == Status::Waiting);
    CHECK(again.details.reason_text() == "the server is down");
    CHECK(again.attempt.retry_after_us == 90'000'000);

    result.set(Status::Booked);
    CHECK(write_json_answer("1", result) == "{\"id\":\"1\",\"status\":\"booked\"}\n");
    // Bytes that are no text do not keep an answer from being its invoice's.
    CHECK_FALSE(
        read_answer("{\"id\":\"\u00ef\u00bf\u00bd\",\"status\":\"booked\"}", again).may_be_for("\xff"));
    CHECK(read_answer(R"({"id":"\\xff","status":"booked"})", again).may_be_for("\xff"));
    CHECK(read_answer(R"({"id":"\\xff","status":"booked"})", again).may_be_for("\\xff"));
    CHECK_FALSE(read_answer(R"({"id":"\\xfe","status":"booked"})", again).may_be_for("\xff"));
    const std::string of_bytes = write_json_answer("\xff", result);
    CHECK(read_answer(of_bytes.substr(0, of_bytes.size() - 1), again).may_be_for("\xff"));
}

TEST_CASE("an answer's result is its text, and the first key that means nothing is named", "[answer]") {
    Result result;
    auto answer = read_answer(R"({"status":"booked","result":{"x":1.10},"colour":1,"taste":2})", result);
    CHECK(answer.kind == Answer::Kind::Understood);
    CHECK(answer.unknown_key == "colour");
    REQUIRE(result.extra);
    CHECK(result.extra->kind == pipeline::Extra::Result);
    CHECK(result.extra->text == R"({"x":1.10})");
    CHECK_FALSE(result.has_details);

    answer = read_answer(R"({"status":"booked","result":null,"supplier":"a"})", result);
    CHECK(answer.unknown_key.empty());
    CHECK_FALSE(result.extra);
    CHECK(result.has_details);
    CHECK(read_answer(R"({"result":1e999,"status":"booked"})", result).kind == Answer::Kind::Understood);
    REQUIRE(result.extra);
    CHECK(result.extra->text == "1e999");
    CHECK(read_answer("booked", result).unknown_key.empty());
    CHECK_FALSE(result.extra);
}

TEST_CASE("the terms of an invoice come through an answer of a process of ours", "[answer]") {
    pipeline::InvoiceTerms terms;
    terms.set(pipeline::Term::Number, "R-1");
    terms.set(pipeline::Term::Buyer, "Müller \"Söhne\"");
    terms.result = R"({"rules":[]})";
    Result meant;
    meant.set(Status::Rejected, "BR-CO-10");
    meant.extra =
        std::make_unique<pipeline::ExtraText>(pipeline::ExtraText{pipeline::Extra::Invoice, terms.packed()});
    Result got;
    const auto answer = read_answer(pipeline::write_json_answer("a", meant), got, Teller::Ours);
    CHECK(answer.kind == Answer::Kind::Understood);
    CHECK(answer.unknown_key.empty());
    REQUIRE(got.extra);
    CHECK(got.extra->kind == pipeline::Extra::Invoice);
    CHECK(got.extra->text == terms.packed());
    // What is none is passed over.
    CHECK(read_answer(R"({"status":"booked","invoice terms":"a"})", got, Teller::Ours).kind ==
          Answer::Kind::Understood);
    CHECK_FALSE(got.extra);
    CHECK(read_answer(R"({"status":"booked","invoice terms":{"a":["b"]}})", got, Teller::Ours).kind ==
          Answer::Kind::Understood);
    CHECK_FALSE(got.extra);
    // Of a user's program, it is an unknown key.
    const std::string line = pipeline::write_json_answer("a", meant);
    CHECK(read_answer(line, got).unknown_key == "invoice terms");
    CHECK_FALSE(got.extra);
    // What breaks the form of a term or of the result is not stored as it is.
    const std::string broken =
        R"({"status":"booked","invoice terms":"380\u001fR\n\u0007 1\u001f\u001f\u001f\u001f\u001f\u001f{"})";
    CHECK(read_answer(broken, got, Teller::Ours).kind == Answer::Kind::Understood);
    REQUIRE(got.extra);
    const auto made_anew = pipeline::unpack_terms(got.extra->text);
    REQUIRE(made_anew);
    CHECK((*made_anew)[pipeline::Term::Kind] == "380");
    CHECK((*made_anew)[pipeline::Term::Number] == "R 1");
    CHECK(made_anew->result.empty());
}

TEST_CASE("a request is the id, or an object that says where it comes from", "[answer]") {
    std::string sent;
    const RequestWriter plain(RequestForm::Id, parse_source("sequence"));
    plain.append(sent, Acquired("1"), 1);
    plain.append(sent, Acquired("2"), 3);
    CHECK(sent == "1\n2\n");
    sent.clear();
    RequestWriter(RequestForm::Json, parse_source("spool:/in")).append(sent, Acquired("a.xml"), 2);
    CHECK(sent == "{\"attempt\":2,\"id\":\"a.xml\",\"path\":\"/in/a.xml\",\"source\":\"spool:/in\"}\n");
    sent.clear();
    RequestWriter(RequestForm::Json, parse_source("lines:/ids")).append(sent, Acquired("a\xff"), 1);
    CHECK(sent == R"({"attempt":1,"id":"a\\xff","id_base64":"Yf8=","path":"a\\xff","path_base64":"Yf8=",)"
                  R"("source":"lines:/ids"})"
                  "\n");
    sent.clear();
    RequestWriter(RequestForm::Json, parse_source("spool:/in\xe9")).append(sent, Acquired("a\tb\n"), 1);
    CHECK(sent == R"({"attempt":1,"id":"a\tb\n","path":"/in\\xe9/a\\x09b\\x0a","path_base64":"L2lu6S9hCWIK",)"
                  R"("source":"spool:/in\\xe9","source_base64":"c3Bvb2w6L2lu6Q=="})"
                  "\n");
}
