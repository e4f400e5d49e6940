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
    if (const std::string wrong = read_answer(line, kId, result); !wrong.empty()) {
        require(is_clean(wrong), "what is wrong is said in one line of UTF-8");
        require(wrong.size() < 1000, "what is wrong is said shortly");
        return 0;
    }
    require(result.status <= Status::Failed, "the status is one of three");
    if (result.has_details) {
        require(is_clean(result.details.reason_text()), "the reason is one line of UTF-8");
        require(is_clean(result.details.supplier_text()), "the supplier is one line of UTF-8");
    }
    std::string said = write_json_answer(kId, result);
    require(!said.empty() && said.back() == '\n', "an answer that is said is a line");
    said.pop_back();
    require(said.find('\n') == std::string::npos, "an answer that is said is one line");
    Result again;
    require(read_answer(said, kId, again).empty(), "an answer that is said can be read");
    require(described(again) == described(result), "and means the same");
    return 0;
}
