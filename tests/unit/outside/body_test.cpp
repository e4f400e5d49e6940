// SPDX-License-Identifier: Apache-2.0
// Bodies on their way into programs, and results and outputs on their way back. The invoices lie in the byte
// area of a ring, as in a pipeline; the receiver says what it got, so every byte is compared.
#include <signal.h>

#include <string>
#include <vector>

#include "common/base/digest.hpp"
#include "common/base/log.hpp"
#include "consumer/outside/each_processor.hpp"
#include "consumer/outside/exec_processor.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/memory_segments.hpp"

using namespace pipeline;
using namespace pipeline::test;
using namespace std::chrono_literals;

namespace {

struct Given {
    std::string id;
    std::string body;
    bool has_body = true;
};

// Claims the invoices that it is given, and keeps what would be saved of them.
class Claimed : public Batch::Owner {
  public:
    explicit Claimed(const std::vector<Given>& given) {
        configure_log("unit_tests", LogLevel::Error);
        ::signal(SIGPIPE, SIG_IGN);  // as in a consumer
        std::vector<Item> items(given.size());
        std::string bytes;
        for (std::size_t i = 0; i < given.size(); ++i) {
            if (given[i].has_body) {
                items[i].set_id_and_body(given[i].id, given[i].body, UINT64_MAX, bytes);
            } else {
                items[i].set_id(given[i].id, bytes);
            }
        }
        Ring ring = segments_.ring();
        REQUIRE(ring.push(items, bytes).count == given.size());
        REQUIRE(ring.claim(hand_, given.size(), 0s) == Ring::ClaimOutcome::Claimed);
    }
    ~Claimed() override { configure_log("invoice-pipeline", LogLevel::Info); }

    // Returns STATUS and the extra text or the reason of each invoice.
    std::vector<std::string> process(BatchProcessor& processor) {
        Batch batch(hand_, results_, {1, 0s}, *this);
        processor.process(batch);
        batch.save();
        for (const Result& result : results_) CHECK(result.extra == nullptr);  // freed with the save
        return saved_;
    }

    bool save_results(std::span<const Result> results) override {
        for (const Result& result : results) {
            std::string text(to_text(result.status));
            if (result.has_details) text += " " + std::string(result.details.reason_text());
            if (result.extra)
                text += (result.extra->kind == Extra::Output ? " > " : " = ") + result.extra->text;
            saved_.push_back(text);
        }
        return true;
    }
    std::chrono::nanoseconds do_other_work() override { return 100ms; }

  private:
    MemorySegments segments_{{16, std::uint64_t{4} << 20U}, {16, kByteUnit}};
    Hand hand_ = segments_.ring().hand(0);
    std::array<Result, 16> results_;
    std::vector<std::string> saved_;
};

std::vector<std::string> answers(const std::vector<Given>& given, RequestForm form, const std::string& python,
                                 std::uint32_t pipeline = 1) {
    Claimed claimed(given);
    ExecPlan plan;
    plan.program = {"/usr/bin/env", "python3", ProgramChild::Input::Pipe, 0};
    plan.arguments = {"env", "python3", "-u", "-c", python};
    plan.pipeline = pipeline;
    plan.limits = {0s, 1h};
    ExecProcessor processor(std::move(plan), {form, SourceSpec{}});
    return claimed.process(processor);
}

std::vector<std::string> outcomes(const std::vector<Given>& given, ProgramChild::Input input,
                                  bool keep_output, const std::string& script) {
    Claimed claimed(given);
    EachPlan plan{{"/bin/sh", "job", input, 0}, 0s};
    plan.keep_output = keep_output;
    EachProcessor processor(std::move(plan), CommandTemplate({"sh", "-c", script, "job", "{}"}, {}));
    return claimed.process(processor);
}

std::string digest_of(std::string_view text) {
    return to_text(Sha256().add(std::as_bytes(std::span(text))).digest());
}

// Every byte, and more than a pipe takes at once.
std::string all_bytes(std::size_t length) {
    std::string text(length, '\0');
    for (std::size_t i = 0; i < length; ++i) text[i] = static_cast<char>(i * 7 + i / 256);
    return text;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("a raw request is the body's length and the id, and then the body byte for byte", "[body]") {
    const std::uint32_t pipeline = GENERATE(1U, 4U);
    const std::string large = all_bytes(300'000);
    const std::string long_id(4096, 'i');
    const auto got = answers({{"empty", ""}, {"large", large}, {"none", "", false}, {long_id, "x\ny"}},
                             RequestForm::Raw, R"py(
import hashlib, json, sys
while line := sys.stdin.buffer.readline():
    length, id = line[:-1].split(b"\t")
    body = sys.stdin.buffer.read(int(length))
    digest = hashlib.sha256(id + body).hexdigest()
    print(json.dumps({"status": "booked", "id": id.decode(), "result": digest}))
)py",
                             pipeline);
    const auto booked = [](const std::string& text) { return "booked = \"" + digest_of(text) + '"'; };
    CHECK(got == Texts{booked("empty"), booked("large" + large), booked("none"), booked(long_id + "x\ny")});
}

TEST_CASE("a JSON request has the body as text, or in base64 if it is none", "[body]") {
    const std::string bytes = all_bytes(1000);
    const auto got =
        answers({{"text", "caf\u00e9\n\"\t"}, {"bytes", bytes}, {"none", "", false}, {"empty", ""}},
                RequestForm::Json, R"py(
import base64, hashlib, json, sys
for line in sys.stdin:
    request = json.loads(line)
    if "body" in request:
        kind, body = "text ", request["body"].encode()
    elif "body_base64" in request:
        kind, body = "bytes ", base64.b64decode(request["body_base64"], validate=True)
    else:
        kind, body = "none ", b""
    print(json.dumps({"status": "booked", "result": kind + hashlib.sha256(body).hexdigest()}))
)py");
    const auto booked = [](const std::string& kind, const std::string& text) {
        return "booked = \"" + kind + " " + digest_of(text) + '"';
    };
    CHECK(got == Texts{booked("text", "caf\u00e9\n\"\t"), booked("bytes", bytes), booked("none", ""),
                       booked("text", "")});
}

TEST_CASE("a result has its digits, and one that is too long is refused by its length", "[body]") {
    const auto got = answers({{"1", "", false}, {"2", "", false}, {"3", "", false}}, RequestForm::Id, R"py(
import sys
for line in sys.stdin:
    n = int(line)
    result = '{"a": 1.10, "b":[12345678901234567890123, 1e999]}' if n == 1 else '"' + 'x' * (65534 + n - 2) + '"'
    print('{"status":"rejected","reason":"r", "result": ' + result + '}')
)py");
    REQUIRE(got.size() == 3);
    CHECK(got[0] == R"(rejected r = {"a": 1.10, "b":[12345678901234567890123, 1e999]})");
    CHECK(got[1] == "rejected r = \"" + std::string(65'534, 'x') + '"');
    CHECK(got[2] ==
          "failed gave an answer that is not understood: JSON whose result has 65537 bytes: at most 65536 "
          "are accepted");
}

TEST_CASE("a program of each: gets the body when it wants it, and /dev/null otherwise", "[body]") {
    const std::string large = all_bytes(300'000);
    const std::vector<Given> given{{"a", large}, {"b", ""}, {"c", "", false}};
    const std::string script = "sha256sum | cut -d ' ' -f 1";
    using Input = ProgramChild::Input;
    const auto output = [](const std::string& text) { return "booked > " + digest_of(text) + "\n"; };
    CHECK(outcomes(given, Input::Body, true, script) == Texts{output(large), output(""), output("")});
    CHECK(outcomes(given, Input::Null, true, script) == Texts{output(""), output(""), output("")});
    // A program that does not read it is not disturbed.
    CHECK(outcomes(given, Input::Body, false, "exit 0") == Texts{"booked", "booked", "booked"});
}

TEST_CASE("the output of a program of each: is kept if it is asked for, and cut with a mark", "[body]") {
    const std::vector<Given> given{{"a", "", false}};
    using Input = ProgramChild::Input;
    CHECK(outcomes(given, Input::Null, false, "echo out") == Texts{"booked"});
    CHECK(outcomes(given, Input::Null, true, "echo out; echo err >&2; exit 65") ==
          Texts{"rejected err > out\n"});
    CHECK(outcomes(given, Input::Null, true, "echo out; exit 3") ==
          Texts{"failed exit status 3: out > out\n"});
    CHECK(outcomes(given, Input::Null, true, "head -c 65536 /dev/zero | tr '\\0' x") ==
          Texts{"booked > " + std::string(65'536, 'x')});
    CHECK(outcomes(given, Input::Null, true, "head -c 65537 /dev/zero | tr '\\0' x") ==
          Texts{"booked > " + std::string(65'472, 'x') + "\n[cut: 65472 of 65537 bytes]"});
}
