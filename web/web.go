// Package web holds the pages, the JavaScript client and their parts as plain files, ready to be served as they are.
package web

import (
	"embed"
	"io/fs"
)

//go:embed control demo i18n ui wallboard sdk/ctiagent.js sdk/linkify.js sdk/porthole.js
var files embed.FS

// Files answers everything a browser may fetch, by its path: "sdk/ctiagent.js" is /sdk/ctiagent.js. The control page is
// "control/index.html" and belongs at /, the wallboard is "wallboard/index.html" at /wallboard/, and the demo CRM is
// "demo/index.html" at /demo/, in demo mode only. No
// page needs inline script or style, and every file names the others by absolute paths.
func Files() fs.FS { return files }
