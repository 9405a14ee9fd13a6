# Compiles the cases in: one source with the text of each file, in the order of the report.
set(TUNSTACK_CATALOGUE_SOURCE ${CMAKE_CURRENT_BINARY_DIR}/firewall/catalogue_texts.cpp)
set(TUNSTACK_CATALOGUE_TEXTS "")
foreach(group
    icmp4-query icmp4-error-related icmp4-error-forged
    icmp6-host nd-validity icmp6-error-related icmp6-error-forged
    fragments spoofed ip4-options ip6-ext tcp udp-other malformed
    router-icmp6 router-icmp4 router-path limits)
  set(file ${CMAKE_CURRENT_LIST_DIR}/${group}.toml)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  file(READ ${file} text)
  string(APPEND TUNSTACK_CATALOGUE_TEXTS "    {\"${group}.toml\", R\"toml(${text})toml\"},\n")
endforeach()
configure_file(${CMAKE_CURRENT_LIST_DIR}/../catalogue_texts.cpp.in ${TUNSTACK_CATALOGUE_SOURCE} @ONLY)
