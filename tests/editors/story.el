;;; story.el --- An author's story in a real Emacs with eglot  -*- lexical-binding: t -*-

;; Environment: STORY_FLOW, the file to open; STORY_EDITORS, the folder with tiercel.el.
;; Prints a line for each step; leaves with 1 at the first that fails.

;;; Code:

;; -Q leaves out where Debian keeps packages.
(dolist (place (file-expand-wildcards "/usr/share/emacs/site-lisp/elp*/*" t))
  (when (file-directory-p place) (add-to-list 'load-path place)))
(require 'cl-lib)
(require 'flymake)
(load (expand-file-name "tiercel.el" (getenv "STORY_EDITORS")))

(setq eglot-sync-connect 30
      eglot-connect-timeout 60
      eglot-autoshutdown nil
      eglot-send-changes-idle-time 0.05)

(defun story-wait (name condition)
  "Wait until CONDITION holds; end Emacs when it never does."
  (let ((deadline (+ (float-time) 60)) held)
    (while (and (not (setq held (funcall condition))) (< (float-time) deadline))
      (accept-process-output nil 0.05))
    (princ (format "%s %s\n" (if held "ok  " "FAIL") name))
    (unless held
      (princ (format "%S\n" (mapcar #'flymake-diagnostic-text (flymake-diagnostics))))
      (kill-emacs 1))))

(defun story-has (text &optional line)
  "Whether a diagnostic with TEXT is shown, on the line that holds LINE where it is given."
  (cl-some (lambda (each)
             (and (string-match-p (regexp-quote text) (flymake-diagnostic-text each))
                  (or (null line)
                      (save-excursion
                        (goto-char (flymake-diagnostic-beg each))
                        (string-match-p (regexp-quote line) (thing-at-point 'line t))))))
           (flymake-diagnostics)))

(defun story-ask (method part back &rest more)
  "Ask METHOD about the place BACK letters before the end of PART."
  (goto-char (point-min))
  (search-forward part)
  (backward-char back)
  (jsonrpc-request (eglot--current-server-or-lose) method (append (eglot--TextDocumentPositionParams) more)))

(defun story-list (answer)
  "The items of a completion."
  (append (if (vectorp answer) answer (plist-get answer :items)) nil))

(find-file (getenv "STORY_FLOW"))
(tiercel-flow-mode)
(apply #'eglot (eglot--guess-contact))
(story-wait "the server attaches" #'eglot-managed-p)
(story-wait "a mistake is shown on its line" (lambda () (story-has "whom" "inputs.whom")))

(let ((items (story-list (story-ask :textDocument/completion "inputs.whom" 4))))
  (story-wait "completion knows the input"
              (lambda () (cl-some (lambda (each) (equal (plist-get each :label) "who")) items))))
(goto-char (point-min))
(search-forward "inputs.wh")
(let* ((found (eglot-completion-at-point))
       (all (all-completions "wh" (nth 2 found))))
  (story-wait "so does completion-at-point" (lambda () (member "who" (mapcar #'substring-no-properties all)))))

(goto-char (point-min))
(search-forward "inputs.wh")
(let* ((actions (jsonrpc-request (eglot--current-server-or-lose) :textDocument/codeAction
                                 (list :textDocument (eglot--TextDocumentIdentifier)
                                       :range (list :start (eglot--pos-to-lsp-position)
                                                    :end (eglot--pos-to-lsp-position))
                                       :context (list :diagnostics []))))
       (fix (cl-find-if (lambda (each) (string-match-p "who" (plist-get each :title))) actions)))
  (story-wait "a fix is offered" (lambda () fix))
  (unless (plist-get fix :edit)
    (setq fix (jsonrpc-request (eglot--current-server-or-lose) :codeAction/resolve fix)))
  (eglot--apply-workspace-edit (plist-get fix :edit)))
(story-wait "the fix mends the text" (lambda () (save-excursion (goto-char 1) (search-forward "inputs.who }}" nil t))))
(eglot--signal-textDocument/didChange)
(story-wait "and clears the finding" (lambda () (null (flymake-diagnostics))))

(let ((hover (story-ask :textDocument/hover "core.log.Log" 2)))
  (story-wait "documentation of the type" (lambda () (string-match-p "message" (format "%S" hover)))))

(tiercel-run)
(story-wait "a run that fails is shown on its task" (lambda () (story-has "broken by design" "id: work")))
;; While it runs an edit takes nothing away.
(story-wait "a lens tells the end"
            (lambda ()
              (cl-some (lambda (each) (string-match-p "FAILED in" (plist-get (plist-get each :command) :title)))
                       (jsonrpc-request (eglot--current-server-or-lose) :textDocument/codeLens
                                        (list :textDocument (eglot--TextDocumentIdentifier))))))
(goto-char (point-min))
(search-forward "echo broken by design >&2; exit 3")
(replace-match "echo mended")
(eglot--signal-textDocument/didChange)
(story-wait "the edit clears the results" (lambda () (null (flymake-diagnostics))))
(tiercel-run)
(story-wait "the mended flow succeeds"
            (lambda () (and (= 3 (length (flymake-diagnostics))) (not (story-has "broken by design")))))
(princ "story told\n")
(kill-emacs 0)
;;; story.el ends here
