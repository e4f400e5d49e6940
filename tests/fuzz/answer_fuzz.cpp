// SPDX-License-Identifier: Apache-2.0
// Any bytes as a program's answer: a result with texts that can be kept, which can be said and read again, or
// one line that says what is wrong with it.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "consumer/protocol/answer.hpp"
#include "tests/fuzz/require.hpp"

using namespace pipeline;
using namespace pipeline::test;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view line(reinterpret_cast<const char*>(data), size);
    if (line.find('\n') != std::string_view::npos) return 0;  // never within a line
    constexpr std::string_view kId = "a.xml";
    Result result;
    if (const Answer answer = read_answer(line, result, Teller::Ours);
        answer.kind != Answer::Kind::Understood) {
        require(!answer.problem.empty(), "what is wrong is said");
        require(is_clean(answer.problem), "what is wrong is said in one line of UTF-8");
        require(answer.problem.size() < 1000, "what is wrong is said shortly");
        return 0;
    }
    require(is_status(result.status), "the status is one of four");
    if (result.has_details) {
        require(is_clean(result.details.reason_text()), "the reason is one line of UTF-8");
        require(is_clean(result.details.supplier_text()), "the supplier is one line of UTF-8");
    }
    std::string said = write_json_answer(kId, result);
    require(!said.empty() && said.back() == '\n', "an answer that is said is a line");
    said.pop_back();
    require(said.find('\n') == std::string::npos, "an answer that is said is one line");
    Result again;
    const Answer answer = read_answer(said, again, Teller::Ours);
    require(answer.kind == Answer::Kind::Understood, "an answer that is said can be read");
    require(answer.id && answer.may_be_for(kId), "and is the invoice's");
    require(described(again) == described(result), "and means the same");
    return 0;
}
