// Package ucontact drives uContact (net2phone, Integra CCS) by its REST API: an agent's calls and pauses, the dialers' lists,
// reports and recordings.
//
// Protocol and port. Forms by POST to paths under Integra/resources on the instance's web server, port 443 unless the address
// says otherwise (manual 004). getUserToken answers a token that goes as it is into the header "Authorization: Basic"; it is
// Base64 already. A wrong password is HTTP 200 with 0, and so is almost every other refusal; success is 1. DispositionCall
// alone explains itself, by 400 with a sentence. Recordings lie on other hosts, without any login.
//
// Rights needed. A user for the API that may use the Agents, Dialers, Supervisor, Cdr, admin and api functions that the site
// wants; for agent.login the agent's own password.
//
// How events arrive. They do not: there is no socket, and no notification tells of a call that rings. The driver looks at
// campaignstatus of one campaign, often only while something is under way, and reads there what the agent's phone does. A call
// it has dialled is known by the guid of the answer; from the moment the phone is in use it is taken as connected (inferred:
// nobody tells when the customer answers). Other calls show as a phone that rings or is in use, without number and with a ref
// of ours. Where the site can send notifications (AgentRingNoAnswer, AgentLog, AgentBreak, FinishInteraction) to the receiver
// door they make the driver look at once, or name the number of a call nobody answered. Their date is never read: samples have
// the minutes where the month belongs.
//
// What it cannot do. Answer, reject, hold, mute, transfer, tones: no document has them, a desk phone's driver does. HangupPhone
// hangs the phone up, whichever call it has. A token that has run out refuses one wish; the next one logs in again.
//
// How it was verified. Against manual 004, facts from the vendor's public pages and the simulator in ucontacttest only; no
// recording and no real server has confirmed it, and the driver says so (Unverified). The manual is a translation: the names of
// three parameters are guesses and can be configured.
package ucontact
