// SPDX-License-Identifier: Apache-2.0
#include "common/core/list_digest.hpp"

#include <fmt/format.h>

#include <string>

#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/support/tree_paths.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

std::string list_of(std::size_t lines) {
    std::string text;
    for (std::size_t i = 0; i < lines; ++i) text += fmt::format("invoice-{:06}\n", i);
    return text;
}

}  // namespace

TEST_CASE("the digest of a list is the one that is written down", "[list_digest]") {
    // SHA-256 of 32 zero bytes: nothing was read.
    CHECK(to_text(ListDigest().digest()) ==
          "66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925");
    ListDigest digest;
    digest.add("one\ntwo\n");
    CHECK(to_text(digest.digest()) == to_text(Sha256().add(Digest{}).add("one\ntwo\n").digest()));
    CHECK(digest.position() == 8);
    CHECK(digest.chain() == Digest{});
}

TEST_CASE("a list's digest does not depend on the pieces in which it comes, and goes on from any block",
          "[list_digest]") {
    const std::string text = list_of(160'000);  // two blocks and a rest
    ListDigest whole;
    whole.add(text);
    CHECK(whole.chain_position() == 2 * ListDigest::kBlockBytes);
    const auto piece = static_cast<std::size_t>(GENERATE(1 << 20, 1 << 19, 65'537, 1'000'003));
    ListDigest digest;
    for (std::size_t at = 0; at < text.size(); at += piece) {
        digest.add(std::string_view(text).substr(at, piece));
        ListDigest from_block(digest.chain(), digest.chain_position());
        from_block.add(std::string_view(text).substr(digest.chain_position(),
                                                     digest.position() - digest.chain_position()));
        REQUIRE(from_block.digest() == digest.digest());
    }
    CHECK(digest.digest() == whole.digest());
    ListDigest other;
    other.add("I" + text.substr(1));
    CHECK(other.digest() != whole.digest());
}

TEST_CASE("the Python in the ledger's page computes the digest of a list", "[list_digest]") {
    const TemporaryFolder folder;
    const std::string page = read_file(LEDGER_DOCUMENTATION);
    const auto from = page.find("```python\n", page.find("## A list and its cursor"));
    REQUIRE(from != std::string::npos);
    const auto begin = from + 10;
    folder.write("digest.py", page.substr(begin, page.find("```", begin) - begin));
    const std::string text = list_of(160'000);
    folder.write("ids", text);
    for (const std::size_t bytes : {std::size_t{0}, std::size_t{15}, std::size_t{1} << 20U, text.size()}) {
        ListDigest digest;
        digest.add(std::string_view(text).substr(0, bytes));
        const auto command =
            fmt::format("python3 {0}/digest.py {0}/ids {1} >{0}/out", folder.path().string(), bytes);
        REQUIRE(std::system(command.c_str()) == 0);
        CHECK(read_file(folder / "out") == to_text(digest.digest()) + "\n");
    }
}
