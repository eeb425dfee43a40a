;;; tiercel.el --- Kestra flows in Emacs, through eglot  -*- lexical-binding: t -*-

;; Load this file, open a flow and call `eglot'.  Flows are told by their content: other YAML files get nothing.

;;; Code:

(require 'eglot)

(define-derived-mode tiercel-flow-mode text-mode "Flow"
  "A Kestra flow, for Emacs without a mode for YAML."
  (setq-local indent-tabs-mode nil)
  (setq-local comment-start "# "))

(dolist (mode '(tiercel-flow-mode yaml-mode yaml-ts-mode))
  (add-to-list 'eglot-server-programs (list mode "tiercel" "lsp")))

(defun tiercel--uri ()
  "The URI of this buffer's file."
  (plist-get (eglot--TextDocumentIdentifier) :uri))

(defun tiercel-run ()
  "Run the flow in this buffer, saved or not; results come as diagnostics."
  (interactive)
  (let ((answer (jsonrpc-request (eglot--current-server-or-lose) :workspace/executeCommand
                                 (list :command "tiercel.run" :arguments (vector (tiercel--uri))))))
    (unless (eq (plist-get answer :started) t)
      (message "%s" (plist-get answer :reason)))
    answer))

(defun tiercel-cancel ()
  "Cancel the run of the flow in this buffer."
  (interactive)
  (jsonrpc-request (eglot--current-server-or-lose) :workspace/executeCommand
                   (list :command "tiercel.cancelRun" :arguments (vector (tiercel--uri)))))

(provide 'tiercel)
;;; tiercel.el ends here
