// Package org is the directory of agencies (责任单位): governments, bureaus and
// their county branches, each with the area it answers for and the body above
// it, to which a matter goes that it has handed back twice.
//
// It knows no people (auth) and no tasks (issue).
package org
