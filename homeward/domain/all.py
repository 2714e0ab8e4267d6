"""Imports every stage, so that COMMANDS, evolvers, reactions and armers are filled."""

import homeward.domain.answering
import homeward.domain.anystream
import homeward.domain.case.care
import homeward.domain.case.clearance
import homeward.domain.case.consent
import homeward.domain.case.departure
import homeward.domain.case.departurestate
import homeward.domain.case.determination
import homeward.domain.case.embassy
import homeward.domain.case.embassystate
import homeward.domain.case.endings
import homeward.domain.case.endingstate
import homeward.domain.case.fine
import homeward.domain.case.holds
import homeward.domain.case.interview
import homeward.domain.case.justice
import homeward.domain.case.nationality
import homeward.domain.case.opening
import homeward.domain.case.protection
import homeward.domain.case.record
import homeward.domain.case.recordstate
import homeward.domain.case.screening
import homeward.domain.case.serviceanswer
import homeward.domain.case.stay
import homeward.domain.case.watch
import homeward.domain.counting
import homeward.domain.court
import homeward.domain.deadlines
import homeward.domain.examination
import homeward.domain.fieldwork
import homeward.domain.incident
import homeward.domain.operation
import homeward.domain.planning
import homeward.domain.request
import homeward.domain.system
import homeward.domain.trial  # noqa: F401
