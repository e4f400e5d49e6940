// SPDX-License-Identifier: Apache-2.0
// Items as a source gave them.
#pragma once

#include <fcntl.h>

#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "common/os/file_identity.hpp"
#include "producer/sources/source.hpp"
#include "tests/support/temporary_folder.hpp"

namespace pipeline::test {

inline std::uint64_t position_of(const std::filesystem::path& path) {
    const auto seen = look_at(AT_FDCWD, path.c_str());
    if (!seen) throw std::runtime_error("statx " + path.string());
    return seen->identity.position();
}

struct Taken {
    std::string id;
    std::uint64_t position;
    std::uint32_t extent;
    bool unusable;
};

inline std::vector<Taken> take(Source& source, std::size_t most) {
    std::vector<Item> items(most);
    const std::size_t count = source.acquire(items);
    std::vector<Taken> taken;
    for (std::size_t i = 0; i < count; ++i) {
        taken.push_back({std::string(items[i].id_in(ByteAreaView(source.bytes()))), items[i].position,
                         items[i].extent, items[i].id_unusable()});
    }
    return taken;
}

// All that there is now, `batch` items at a time.
inline std::vector<Taken> take_all(Source& source, std::size_t batch = 64) {
    std::vector<Taken> all;
    while (true) {
        const auto some = take(source, batch);
        if (some.empty()) return all;
        all.insert(all.end(), some.begin(), some.end());
    }
}

inline std::vector<std::string> ids_of(const std::vector<Taken>& taken) {
    std::vector<std::string> ids;
    for (const Taken& item : taken) ids.push_back(item.id);
    return ids;
}

}  // namespace pipeline::test
