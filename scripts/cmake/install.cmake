# What `cmake --install` puts into a prefix: the program, its manual, completions, schemas, documentation and profiles for
# Wireshark and AppArmor. Manual and completions are printed by the program, as part of the build.
include(GNUInstallDirs)

find_program(SCDOC scdoc)
if(NOT SCDOC)
  message(STATUS "scdoc is missing: no manual. Install it with: scripts/setup   (or: apt-get install scdoc)")
endif()

set(reference ${CMAKE_BINARY_DIR}/reference)
set(print_reference ${CMAKE_SOURCE_DIR}/scripts/cmake/print-reference)
add_custom_command(OUTPUT ${reference}/complete
  COMMAND ${print_reference} $<TARGET_FILE:tunstack> ${reference} $<$<BOOL:${SCDOC}>:${SCDOC}>
  DEPENDS tunstack ${print_reference}
  COMMENT "Manual and completions" VERBATIM)
add_custom_target(reference ALL DEPENDS ${reference}/complete)

install(CODE "if(NOT EXISTS ${reference}/complete)
  message(FATAL_ERROR \"nothing is built yet. Build it with: cmake --build ${CMAKE_BINARY_DIR}\")
endif()")
install(TARGETS tunstack)
install(DIRECTORY ${reference}/man/ DESTINATION ${CMAKE_INSTALL_MANDIR})
install(FILES ${reference}/completions/tunstack DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(FILES ${reference}/completions/_tunstack DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
install(DIRECTORY docs/schemas tools/wireshark tools/apparmor DESTINATION ${CMAKE_INSTALL_DATADIR}/tunstack)
install(FILES README.md LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR})
# Rulesets to begin with, and to try the firewall tester with.
foreach(ruleset careful-host.nft careful-router.nft naive.nft firewalld.nft docker.iptables ufw.iptables ufw.ip6tables)
  install(FILES tests/firewall/rulesets/${ruleset} DESTINATION ${CMAKE_INSTALL_DOCDIR}/firewall)
endforeach()
