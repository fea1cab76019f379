// The page that shows a report to people: one HTML file that needs nothing else, made from the report's JSON.
//
// What it shows and how stands in web/, which the build packs into one template; docs/decisions/0008-report-page.md.
#pragma once

#include <string>
#include <string_view>

namespace bsn {

// `json` is what report_json gives, or what another verb of bsnsim writes that the page can show ("format" says what it
// is). No text in it can become markup.
std::string report_page(std::string_view json);

// JSON that means the same and can stand inside a <script> element of HTML: `<`, `>`, `&` and the line separators
// U+2028 and U+2029 are written as escapes.
std::string json_for_html(std::string_view json);

}  // namespace bsn
