package totalip

import "ctiagent/cti"

// detail is why the link is not all it could be: an English sentence, and the id of the same one in all languages. What
// the system itself said has no id.
type detail struct{ text, id string }

func keyDetail() detail {
	return detail{"the key was refused; calls are seen, asking and dialling fail", "totalip.link.key"}
}

func eventsUnreachable() detail {
	return detail{"the event socket cannot be reached", "totalip.link.events_unreachable"}
}

func eventsClosed() detail { return detail{"the event socket closed", "totalip.link.events_closed"} }

func noExtension() detail {
	return detail{"the desk has no extension yet", "totalip.link.no_extension"}
}

// snapshotDetail is why status_ramal brought no snapshot: the system's own words where it refused.
func snapshotDetail(e *cti.Error) detail {
	switch {
	case e.Sent == cti.CertainSent:
		return detail{text: e.Text}
	case e.Kind == cti.Timeout:
		return detail{e.Text, "totalip.link.timeout"}
	case e.Hint == hintAddress:
		return detail{e.Text, "totalip.link.address"}
	}
	return detail{e.Text, "totalip.link.unreachable"}
}
