// Package fault is the vocabulary of failure: a kind that decides the answer's
// status and a Chinese sentence that tells a person what to do next.
//
// Features return faults; only the outermost layer (HTTP, command line) turns
// them into answers. An error without a kind is internal: its text is logged
// under an id and never shown. The package uses the standard library only.
package fault

import (
	"errors"
	"fmt"
)

// Kind classifies an error for the outermost layer.
type Kind string

// The kinds; anything that carries none of them is Internal.
const (
	Invalid      Kind = "invalid"      // the input must be changed (422)
	Unauthorized Kind = "unauthorized" // sign in first (401)
	Forbidden    Kind = "forbidden"    // signed in, but not allowed (403)
	NotFound     Kind = "not_found"    // absent, or not visible to this person (404)
	Conflict     Kind = "conflict"     // the thing has moved on meanwhile (409)
	TooLarge     Kind = "too_large"    // the body or file is over the limit (413)
	TooMany      Kind = "too_many"     // slow down (429)
	Unavailable  Kind = "unavailable"  // try again later (503)
	Internal     Kind = "internal"     // our mistake (500)
)

// Field names one wrong input and says in Chinese what it must be.
type Field struct {
	Name    string
	Message string
}

// Error is a failure with a kind, a sentence for people and, for Invalid, the
// fields that are wrong.
type Error struct {
	Kind    Kind
	Message string
	Fields  []Field
	cause   error
}

// Error gives the sentence, followed by the cause for the log.
func (e *Error) Error() string {
	if e.cause != nil {
		return e.Message + ": " + e.cause.Error()
	}
	return e.Message
}

// Unwrap gives the cause, which is for logs and never for people.
func (e *Error) Unwrap() error { return e.cause }

// New makes a fault of a kind from a format and its arguments.
func New(kind Kind, format string, args ...any) *Error {
	return &Error{Kind: kind, Message: fmt.Sprintf(format, args...)}
}

// Because attaches the cause to a copy of the fault.
func (e *Error) Because(err error) *Error {
	c := *e
	c.cause = err
	return &c
}

// With adds a wrong field to a copy of the fault.
func (e *Error) With(name, format string, args ...any) *Error {
	c := *e
	c.Fields = append(append([]Field(nil), e.Fields...), Field{name, fmt.Sprintf(format, args...)})
	return &c
}

// Invalidf is New(Invalid, …).
func Invalidf(format string, args ...any) *Error { return New(Invalid, format, args...) }

// Forbiddenf is New(Forbidden, …).
func Forbiddenf(format string, args ...any) *Error { return New(Forbidden, format, args...) }

// NotFoundf is New(NotFound, …).
func NotFoundf(format string, args ...any) *Error { return New(NotFound, format, args...) }

// Conflictf is New(Conflict, …).
func Conflictf(format string, args ...any) *Error { return New(Conflict, format, args...) }

// KindOf finds the kind of an error, Internal when it has none.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

// Is reports whether the error is of the kind.
func Is(err error, kind Kind) bool { return err != nil && KindOf(err) == kind }

// Sentence gives what a person may read of an error: its message, or the given
// fallback for internal errors.
func Sentence(err error, fallback string) string {
	var e *Error
	if errors.As(err, &e) && e.Kind != Internal {
		return e.Message
	}
	return fallback
}
