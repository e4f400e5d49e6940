// SPDX-License-Identifier: Apache-2.0
#include "tests/upgrade/old_image.hpp"

#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <string_view>

#include "common/core/hand.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/process.hpp"
#include "tests/support/segment_name.hpp"

namespace pipeline::test {
namespace {

std::filesystem::path path_of(const std::string& image, const std::string& extension) {
    return std::filesystem::path(IMAGES) / (image + "." + extension);
}

void set_text(std::array<char, layout_4::kSpecBytes>& to, const std::string& text) {
    REQUIRE(text.size() < to.size());
    to.fill('\0');
    std::copy(text.begin(), text.end(), to.begin());
}

std::string id_of(const char* id, std::uint8_t length) {
    return {id, length & 0x7fU};
}

}  // namespace

OldImage::OldImage(const std::string& image)
    : image_(image), ring_(load(path_of(image, "ring"))), storage_(load(path_of(image, "storage"))) {}

std::vector<OldImage::Line> OldImage::load(const std::filesystem::path& path) {
    std::ifstream file(path);
    std::size_t bytes = 0;
    file >> std::hex >> bytes;
    REQUIRE(bytes % sizeof(Line) == 0);
    std::vector<Line> lines(bytes / sizeof(Line));
    auto* const memory = reinterpret_cast<std::byte*>(lines.data());
    std::string run;
    for (std::size_t offset = 0; file >> offset >> run;) {
        REQUIRE(offset + run.size() / 2 <= bytes);
        for (std::size_t i = 0; i < run.size() / 2; ++i)
            memory[offset + i] = static_cast<std::byte>(std::stoul(run.substr(2 * i, 2), nullptr, 16));
    }
    return lines;
}

void OldImage::set_source(const std::string& source) {
    set_text(ring().source, source);
}
void OldImage::set_ledger(const std::string& ledger) {
    set_text(ring().ledger, ledger);
}

void OldImage::for_each_unreleased(
    const std::function<void(const std::string& id, std::uint64_t& position)>& visit) {
    for (std::uint64_t i = storage().released; i < storage().tail; ++i)
        visit(id_of(record(i).id.data(), record(i).id_length), record(i).position);
    for (std::size_t place = 0; place < layout_4::kPlaces; ++place) {
        const HandWord word = HandWord::unpack(ring().hands[place].word);
        for (std::uint64_t i = word.done; i < word.count; ++i) {
            layout_4::Item& item = ring().hand_items[place][i];
            visit(id_of(item.id.data(), item.id_length), item.position);
        }
    }
    for (std::uint64_t i = ring().head; i < ring().tail; ++i)
        visit(id_of(slot(i).id.data(), slot(i).id_length), slot(i).position);
}

void OldImage::write_segments(const std::string& name) const {
    SegmentName::remove_all(name);
    for (const auto& [lines, extension] : {std::pair(&ring_, ".ring"), std::pair(&storage_, ".storage")}) {
        const std::string path = "/dev/shm/" + name + extension;
        const std::string_view bytes(reinterpret_cast<const char*>(lines->data()),
                                     lines->size() * sizeof(Line));
        write_file(path, bytes);
        REQUIRE(::chmod(path.c_str(), 0600) == 0);
    }
}

void OldImage::write_ledger(const std::filesystem::path& path) {
    sqlite3* database = nullptr;
    REQUIRE(sqlite3_open(path.c_str(), &database) == SQLITE_OK);
    const std::string source(ring().source.data());
    std::string sql = read_file(path_of(image_, "sql"));
    for (const char* table : {"invoices", "duplicates", "sources", "generations"})
        sql += fmt::format("UPDATE {} SET source = '{}';\n", table, source);
    for_each_unreleased([&](const std::string& id, std::uint64_t& position) {
        sql += fmt::format("UPDATE invoices SET position = {} WHERE id = '{}';\n",
                           static_cast<std::int64_t>(position), id);
    });
    char* error = nullptr;
    sqlite3_exec(database, sql.c_str(), nullptr, nullptr, &error);
    INFO((error == nullptr ? "" : error));
    REQUIRE(error == nullptr);
    REQUIRE(sqlite3_close(database) == SQLITE_OK);
}

}  // namespace pipeline::test
